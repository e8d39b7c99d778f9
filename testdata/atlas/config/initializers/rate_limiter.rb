require "rate_limiter_service"

RateLimiter = RateLimiterService.new(store: {}) # want: mutable-singleton group=rate-limiter
