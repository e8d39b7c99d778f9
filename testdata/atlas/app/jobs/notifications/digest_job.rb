module Notifications
  class DigestJob < ApplicationJob
    def perform
      NotificationPreference.where(channel: "email", enabled: true).includes(:user).find_each do |preference|
        DigestMailer.weekly(preference.user).deliver_later
      end
    end
  end
end
