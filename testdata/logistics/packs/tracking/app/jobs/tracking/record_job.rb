module Tracking
  class RecordJob < ApplicationJob
    queue_as :tracking

    def perform(number, kind, place)
      Recorder.new.call(number, kind, place)
    end
  end
end
