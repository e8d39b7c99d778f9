module Search
  class IndexJob < ApplicationJob
    queue_as :search

    def perform(product_id)
      Index.new.put(Product.find(product_id))
    end
  end
end
