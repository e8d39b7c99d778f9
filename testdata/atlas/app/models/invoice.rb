class Invoice < ApplicationRecord
  belongs_to :user
  belongs_to :order, optional: true
  has_many :payments

  scope :overdue, -> { where(status: "open").where("due_on < ?", Date.current) }
end
