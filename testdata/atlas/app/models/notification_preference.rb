class NotificationPreference < ApplicationRecord
  CHANNELS = %w[email sms slack].freeze

  belongs_to :user

  validates :channel, inclusion: { in: CHANNELS }
end
