module Notifications
  class Subscription < ApplicationRecord
    self.table_name = "notification_subscriptions"
  end
end
