class Order < ApplicationRecord
  STATUSES = %w[open completed cancelled archived].freeze
  TRANSITIONS = {
    "open" => %w[completed cancelled],
    "completed" => %w[archived],
    "cancelled" => %w[archived]
  }

  belongs_to :tenant
  belongs_to :user
  has_many :line_items, dependent: :destroy
  has_one :invoice

  validates :status, inclusion: { in: STATUSES }

  def may_become?(status)
    TRANSITIONS.fetch(self.status, []).include?(status)
  end

  def item_count
    @item_count ||= line_items.sum(:quantity)
  end
end
