module Notifications
  class Notifier
    def self.publish(event, number)
      SendJob.perform_later(event, number)
      nil
    end
  end
end
