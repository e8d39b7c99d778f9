class Report < ApplicationRecord
  KINDS = %w[revenue orders].freeze

  belongs_to :tenant

  def ready?
    status == "ready"
  end
end
