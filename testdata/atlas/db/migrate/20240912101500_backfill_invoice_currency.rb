class BackfillInvoiceCurrency < ActiveRecord::Migration[7.1]
  @@seen = {}

  def up
    Invoice.where(currency: nil).find_each do |invoice|
      @@seen[invoice.id] = true
      invoice.update_columns(currency: "EUR")
    end
  end

  def down; end
end
