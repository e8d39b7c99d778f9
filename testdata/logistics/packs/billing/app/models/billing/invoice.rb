module Billing
  class Invoice < ApplicationRecord
    self.table_name = "invoices"

    has_many :lines, class_name: "Billing::InvoiceLine"

    def self.open_for(sender)
      find_or_create_by!(sender: sender, status: "open") { |invoice| invoice.amount = 0 }
    end
  end
end
