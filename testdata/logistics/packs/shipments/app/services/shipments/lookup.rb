module Shipments
  # What the other packages ask the core.
  class Lookup
    def self.by_number(number)
      Shipment.find_by!(number: number)
    end

    def self.unbilled_of(sender)
      Shipment.unbilled.where(sender: sender)
    end

    def self.unplanned_near(prefix)
      Shipment.unplanned.where("postcode LIKE ?", "#{prefix}%")
    end
  end
end
