require "net/http"

module Orders
  # Completes an order and tells everyone, before the answer goes out.
  class OrderCompletionService
    WEBHOOK = URI("https://hooks.example.com/orders").freeze

    def initialize(order)
      @order = order
    end

    def call
      return false unless @order.may_become?("completed")

      @order.update!(status: "completed", completed_at: Time.current)
      Notifications::OrderMailer.completed(@order).deliver_now # want: blocking-side-effect
      post_webhook
      Notifications::OrderFeed.append(@order)
      true
    end

    private

    def post_webhook
      Net::HTTP.post(WEBHOOK, payload.to_json, "Content-Type" => "application/json") # want: blocking-side-effect
    end

    def payload
      {
        order_id: @order.id,
        user_id: @order.user.id,
        email: @order.user.email,
        total: @order.total,
        currency: @order.currency,
        items: @order.line_items.map { |item| { sku: item.sku, quantity: item.quantity } }
      }
    end
  end
end
