module Shipments
  class Parcel < ApplicationRecord
    self.table_name = "parcels"

    belongs_to :shipment, class_name: "Shipments::Shipment"
  end
end
