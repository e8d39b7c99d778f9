module Reporting
  class BuildJob < ApplicationJob
    queue_as :reports

    def perform(report_id)
      Builder.new(Report.find(report_id)).call
    end
  end
end
