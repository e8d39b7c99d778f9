module Notifications
  class SendJob < ApplicationJob
    queue_as :notifications

    def perform(event, number)
      Subscription.where(number: number).find_each do |subscription|
        ParcelMailer.news(subscription.email, event, number).deliver_later
      end
      Message.create!(number: number, event: event, sent_at: Time.current)
    end
  end
end
