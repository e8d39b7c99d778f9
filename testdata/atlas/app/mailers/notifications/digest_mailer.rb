module Notifications
  class DigestMailer < ApplicationMailer
    def weekly(user)
      @user = user
      @entries = FeedEntry.recent
      mail(to: user.email, subject: "Your week")
    end
  end
end
