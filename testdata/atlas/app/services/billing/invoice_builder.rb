module Billing
  class InvoiceBuilder
    PRICES = { "basic" => 0, "plus" => 49, "enterprise" => 499 }.freeze

    def initialize(user)
      @user = user
    end

    def first_invoice(subscription)
      Invoice.create!(user: @user, amount: PRICES.fetch(subscription.plan), currency: "EUR", status: "open", due_on: 14.days.from_now)
    end

    def for_order(order)
      Invoice.create!(user: @user, order: order, amount: order.total, currency: order.currency, status: "open", due_on: 14.days.from_now)
    end
  end
end
