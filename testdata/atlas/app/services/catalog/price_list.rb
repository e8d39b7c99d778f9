module Catalog
  class PriceList
    CURRENCY_SIGNS = { "EUR" => "€", "USD" => "$", "GBP" => "£" }.freeze
    PRICE = /\A\d+(\.\d{1,2})?\z/

    def initialize(products)
      @products = products
      @rows = []
    end

    def rows(currency)
      @products.each { |product| @rows << [product.title, "#{CURRENCY_SIGNS.fetch(currency, currency)}#{product.price}"] }
      @rows
    end
  end
end
