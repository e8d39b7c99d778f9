class NotificationDelivery < ApplicationRecord
  belongs_to :user
end
