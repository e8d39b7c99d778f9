module Search
  # Suggestions are shared by all copies: they live in Redis.
  class Suggestions
    def initialize(tenant_id)
      @key = "suggestions/#{tenant_id}"
    end

    def remember(terms)
      REDIS_POOL.with { |redis| redis.zincrby(@key, 1, terms) }
    end

    def top
      REDIS_POOL.with { |redis| redis.zrevrange(@key, 0, 9) }
    end
  end
end
