module Billing
  class Ledger
    def reserve(shipment, price)
      InvoiceLine.create!(invoice: Invoice.open_for(shipment.sender), shipment: shipment, amount: price)
    end

    def settle(shipment)
      InvoiceLine.where(shipment_id: shipment.id).sum(:amount)
    end

    def close(sender)
      invoice = Invoice.open_for(sender)
      Invoice.transaction do
        Shipments::Lookup.unbilled_of(sender).each do |shipment|
          reserve(shipment, Tariff.new.price(shipment))
          shipment.update!(billed_at: Time.current)
        end
        invoice.update!(amount: invoice.lines.sum(:amount), status: "closed")
      end
      Notifications::Notifier.publish("invoice.closed", invoice.id.to_s)
      invoice
    end
  end
end
