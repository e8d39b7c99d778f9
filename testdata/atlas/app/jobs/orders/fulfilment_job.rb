module Orders
  class FulfilmentJob < ApplicationJob
    def perform(order_id)
      Fulfilment.new(Order.find(order_id)).call
    end
  end
end
