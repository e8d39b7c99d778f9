module Billing
  # Users who do not pay lose their way in.
  class Dunning
    def call(invoice)
      user = invoice.user
      User.transaction do
        invoice.update!(status: "overdue")
        user.update!(delinquent: true, locked_at: Time.current)
        user.subscription&.update!(status: "past_due")
        LoginAudit.create!(user: user, success: false)
      end
      Auth::LoginThrottle.block(user.email)
      Notifications::Notifier.publish("invoice.overdue", user.id)
    end
  end
end
