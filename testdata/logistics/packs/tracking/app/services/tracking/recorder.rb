module Tracking
  class Recorder
    def call(number, kind, place)
      event = Event.create!(number: number, kind: kind, place: place, happened_at: Time.current)
      Notifications::Notifier.publish("parcel.#{kind}", number) if kind == "delivered"
      event
    end
  end
end
