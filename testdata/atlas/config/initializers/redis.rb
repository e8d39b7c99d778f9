REDIS_POOL = ConnectionPool.new(size: 5, timeout: 2) { Redis.new(url: ENV["REDIS_URL"]) } # want: connection-pool group=client-pool
