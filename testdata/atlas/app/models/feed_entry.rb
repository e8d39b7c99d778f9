class FeedEntry < ApplicationRecord
  scope :recent, -> { order(created_at: :desc).limit(50) }
end
