class Subscription < ApplicationRecord
  belongs_to :user

  scope :due, -> { where("renews_at < ?", Time.current) }

  def active?
    %w[trial active].include?(status)
  end
end
