class User < ApplicationRecord
  EMAIL = /\A[^@\s]+@[^@\s]+\.[^@\s]+\z/

  belongs_to :tenant
  has_many :orders
  has_many :invoices
  has_one :subscription
  has_many :notification_preferences

  has_secure_password
  validates :email, format: { with: EMAIL }, uniqueness: { scope: :tenant_id }

  def display_name
    @display_name ||= name.presence || email.split("@").first
  end
end
