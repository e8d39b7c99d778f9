module Orders
  class Fulfilment
    def initialize(order)
      @order = order
    end

    def call
      HttpPool.post("/shipments", number: @order.id, items: lines)
      Notifications::Notifier.publish("order.handed_over", @order.user_id)
    end

    private

    def lines
      @lines ||= @order.line_items.map { |item| [item.sku, item.quantity] }
    end
  end
end
