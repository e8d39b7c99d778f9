module Shipments
  class Intake
    TooHeavy = Class.new(StandardError)

    def call(attributes, weights)
      shipment = nil
      Shipment.transaction do
        shipment = Shipment.create!(attributes.merge(number: SecureRandom.alphanumeric(12), weight: weights.sum))
        weights.each { |weight| shipment.parcels.create!(weight: weight) }
        route = Routing::Planner.new.best_route(shipment)
        raise TooHeavy unless route

        shipment.update!(route: route, status: "planned")
        price = Billing::Tariff.new.price(shipment)
        Billing::Ledger.new.reserve(shipment, price)
      end
      Tracking::RecordJob.perform_later(shipment.number, "created", nil)
      Notifications::Notifier.publish("shipment.created", shipment.number)
      shipment
    end
  end
end
