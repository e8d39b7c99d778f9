module Auth
  # A new user starts with a trial and an empty first invoice.
  class Registration
    def initialize(tenant)
      @tenant = tenant
    end

    def call(attributes)
      user = nil
      User.transaction do
        user = @tenant.users.create!(attributes)
        subscription = Subscription.create!(user: user, plan: @tenant.plan, status: "trial", renews_at: 14.days.from_now)
        Billing::InvoiceBuilder.new(user).first_invoice(subscription)
      end
      Notifications::Notifier.publish("user.registered", user.id)
      user
    end
  end
end
