module Notifications
  # The way in for everybody else: say what happened, do not wait.
  class Notifier
    def self.publish(event, user_id)
      DeliverJob.perform_later(event, user_id)
      nil
    end
  end
end
