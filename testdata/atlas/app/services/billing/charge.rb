module Billing
  class Charge
    # Currencies whose smallest unit is the whole.
    ZERO_DECIMAL = %w[JPY KRW VND].freeze

    def initialize(invoice)
      @invoice = invoice
    end

    def call
      Invoice.transaction do
        charge = STRIPE_CLIENT.v1.charges.create(amount: minor_units, currency: @invoice.currency.downcase) # want: blocking-side-effect
        Payment.create!(invoice: @invoice, provider_id: charge.id, amount: @invoice.amount)
        @invoice.update!(status: "paid")
        @invoice.user.update!(delinquent: false, locked_at: nil)
        @invoice.user.subscription&.update!(status: "active")
      end
      Auth::LoginThrottle.clear(@invoice.user.email)
      Notifications::Notifier.publish("invoice.paid", @invoice.user_id)
    end

    private

    def minor_units
      @minor_units ||= ZERO_DECIMAL.include?(@invoice.currency) ? @invoice.amount.to_i : (@invoice.amount * 100).to_i
    end
  end
end
