module Shipments
  class Shipment < ApplicationRecord
    self.table_name = "shipments"

    STATUSES = %w[created planned dispatched delivered].freeze

    has_many :parcels, class_name: "Shipments::Parcel"
    belongs_to :route, class_name: "Routing::Route", optional: true

    scope :unbilled, -> { where(status: "delivered", billed_at: nil) }
    scope :unplanned, -> { where(status: "created", route_id: nil) }

    def total_weight
      parcels.sum(:weight)
    end
  end
end
