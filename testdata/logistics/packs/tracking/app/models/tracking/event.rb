module Tracking
  class Event < ApplicationRecord
    self.table_name = "tracking_events"

    KINDS = %w[created planned dispatched scanned delivered].freeze

    scope :of, ->(number) { where(number: number).order(:happened_at) }
  end
end
