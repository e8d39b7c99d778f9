class Product < ApplicationRecord
  belongs_to :tenant
  has_many :line_items

  scope :available, -> { where("stock > 0") }

  def price_with_tax(country)
    price * (1 + Catalog::TaxTable.rate(country))
  end
end
