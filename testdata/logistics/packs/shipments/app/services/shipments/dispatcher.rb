module Shipments
  class Dispatcher
    def call(shipment)
      return false unless shipment.status == "planned"

      Shipment.transaction do
        route = Routing::Planner.new.confirm(shipment)
        shipment.parcels.update_all(loaded: true)
        shipment.update!(status: "dispatched", route: route)
        amount = Billing::Ledger.new.settle(shipment)
        Billing::Invoice.open_for(shipment.sender).update!(amount: amount)
      end
      Tracking::RecordJob.perform_later(shipment.number, "dispatched", shipment.postcode)
      Notifications::Notifier.publish("shipment.dispatched", shipment.number)
      true
    end
  end
end
