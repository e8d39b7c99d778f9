module Routing
  class Planner
    def best_route(shipment)
      Route.where(day: Date.tomorrow, postcode_prefix: shipment.postcode[0, 2]).find { |route| route.room_for?(shipment.total_weight) }
    end

    def confirm(shipment)
      route = shipment.route || best_route(shipment)
      route.update!(load: route.load + shipment.total_weight)
      route
    end

    def plan_day(prefix)
      Shipments::Lookup.unplanned_near(prefix).count { |shipment| assign(shipment) }
    end

    private

    def assign(shipment)
      route = best_route(shipment)
      return false unless route

      Route.transaction do
        route.update!(load: route.load + shipment.total_weight)
        shipment.update!(route_id: route.id, status: "planned")
      end
      Tracking::RecordJob.perform_later(shipment.number, "planned", shipment.postcode)
      Notifications::Notifier.publish("shipment.planned", shipment.number)
      true
    end
  end
end
