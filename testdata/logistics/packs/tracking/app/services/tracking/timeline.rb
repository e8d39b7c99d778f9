module Tracking
  class Timeline
    def initialize(number)
      @number = number
    end

    def events
      @events ||= Event.of(@number).to_a
    end

    def status
      events.last&.kind || "unknown"
    end

    def place
      events.reverse.filter_map(&:place).first
    end
  end
end
