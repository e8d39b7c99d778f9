module Notifications
  class Message < ApplicationRecord
    self.table_name = "notification_messages"
  end
end
