module Notifications
  class ParcelMailer < ApplicationMailer
    def news(email, event, number)
      @event = event
      @number = number
      mail(to: email, subject: "News of #{number}")
    end
  end
end
