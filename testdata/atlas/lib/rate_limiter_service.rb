# Allows so many calls for a key within a period.
class RateLimiterService
  DEFAULT_LIMIT = 120
  DEFAULT_PERIOD = 60

  def initialize(store:, limit: DEFAULT_LIMIT, period: DEFAULT_PERIOD)
    @store = store
    @limit = limit
    @period = period
  end

  def allow?(key)
    hits = recent(key)
    return false if hits.size >= @limit

    @store[key] = hits << Time.now.to_i
    true
  end

  def remaining(key)
    @limit - recent(key).size
  end

  private

  def recent(key)
    horizon = Time.now.to_i - @period
    (@store[key] || []).select { |at| at > horizon }
  end
end
