module Notifications
  class OrderMailer < ApplicationMailer
    def completed(order)
      @order = order
      @items = order.line_items.map { |item| [item.sku, item.quantity] }
      mail(to: order.user.email, subject: "Order #{order.id}: #{order.total} #{order.currency}")
    end
  end
end
