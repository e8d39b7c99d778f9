module Notifications
  class DeliverJob < ApplicationJob
    queue_as :notifications

    def perform(event, user_id)
      user = User.find(user_id)
      subject = Texts.subject(event)
      channels(user).each do |channel|
        deliver(channel, user, subject)
        NotificationDelivery.create!(user_id: user.id, event: event, channel: channel, delivered_at: Time.current)
      end
    end

    private

    def channels(user)
      NotificationPreference.where(user_id: user.id, enabled: true).pluck(:channel).presence || ["email"]
    end

    def deliver(channel, user, subject)
      case channel
      when "sms" then SmsSender.deliver(user.phone, subject)
      when "slack" then SlackChannel.post(subject)
      else EmailGateway.deliver(user.email, subject, subject)
      end
    end
  end
end
