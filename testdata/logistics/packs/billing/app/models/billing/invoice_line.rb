module Billing
  class InvoiceLine < ApplicationRecord
    self.table_name = "invoice_lines"

    belongs_to :invoice, class_name: "Billing::Invoice"
    belongs_to :shipment, class_name: "Shipments::Shipment"
  end
end
