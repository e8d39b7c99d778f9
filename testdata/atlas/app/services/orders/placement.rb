module Orders
  class Placement
    LimitReached = Class.new(StandardError)

    def initialize(user)
      @user = user
    end

    def call(lines)
      raise LimitReached if @user.tenant.orders.where(created_at: Date.current.all_day).count >= Tenants::Limits.orders_per_day(@user.tenant)

      order = nil
      Order.transaction do
        order = Order.create!(tenant: @user.tenant, user: @user, currency: currency)
        lines.each { |line| add(order, line) }
        order.update!(total: order.line_items.sum("price * quantity"))
      end
      Notifications::Notifier.publish("order.placed", @user.id)
      order
    end

    private

    def add(order, line)
      product = Product.available.find(line[:product_id])
      order.line_items.create!(product: product, sku: product.sku, quantity: line[:quantity], price: product.price)
    end

    def currency
      @currency ||= Tenants::Settings.value(@user.tenant, "currency") || "EUR"
    end
  end
end
