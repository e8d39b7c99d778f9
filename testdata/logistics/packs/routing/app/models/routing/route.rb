module Routing
  class Route < ApplicationRecord
    self.table_name = "routes"

    CAPACITY = 800

    has_many :shipments, class_name: "Shipments::Shipment"

    def room_for?(weight)
      load + weight <= CAPACITY
    end
  end
end
