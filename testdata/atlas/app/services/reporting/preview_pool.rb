module Reporting
  # Previews are drawn beside the request that asked for them.
  module PreviewPool
    POOL = Concurrent::FixedThreadPool.new(2) # want: in-process-worker

    def self.draw(report_id)
      POOL.post { Builder.new(Report.find(report_id)).call }
    end
  end
end
