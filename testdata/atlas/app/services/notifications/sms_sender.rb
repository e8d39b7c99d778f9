module Notifications
  class SmsSender
    FROM = "+15005550006".freeze

    def self.client
      @client ||= Twilio::REST::Client.new(ENV["TWILIO_SID"], ENV["TWILIO_TOKEN"]) # want: connection-pool group=client-pool
    end

    def self.deliver(phone, text)
      return false unless SmsThrottle.allow?(phone)

      client.messages.create(from: FROM, to: phone, body: text)
      true
    end
  end
end
