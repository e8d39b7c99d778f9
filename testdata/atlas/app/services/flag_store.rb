# A copy of the feature_flags table, asked several times in each request.
class FlagStore
  CACHE = ActiveSupport::Cache::MemoryStore.new(expires_in: 10.minutes) # want: in-process-cache group=feature-flag

  def self.enabled?(name)
    CACHE.fetch("flag/#{name}") { FeatureFlag.where(name: name).pick(:enabled) || false }
  end

  def self.refresh(name)
    CACHE.delete("flag/#{name}")
    FeatureFlag.forget_rollouts
  end
end
