class FeatureFlag < ApplicationRecord
  @@rollouts = nil # want: in-process-cache group=feature-flag

  validates :name, presence: true, uniqueness: true

  def self.rollout_for(name)
    @@rollouts ||= pluck(:name, :rollout).to_h
    @@rollouts.fetch(name, 0)
  end

  def self.forget_rollouts
    @@rollouts = nil
  end
end
