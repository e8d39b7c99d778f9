class Tenant < ApplicationRecord
  has_many :users
  has_many :products
  has_many :orders
  has_many :tenant_settings
  has_one :branding

  PLANS = %w[basic plus enterprise].freeze

  validates :host, presence: true, uniqueness: true
  validates :plan, inclusion: { in: PLANS }
end
