module Reporting
  module Timing
    def self.measure
      Thread.current[:report_started] = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      yield
      Process.clock_gettime(Process::CLOCK_MONOTONIC) - Thread.current[:report_started]
    ensure
      Thread.current[:report_started] = nil
    end
  end
end
