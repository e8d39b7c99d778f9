module Orders
  # One order in ten seconds for a user: double clicks are common.
  class CheckoutThrottle
    include Singleton # want: mutable-singleton group=rate-limiter

    PAUSE = 10

    def initialize
      @last = {}
      @lock = Mutex.new
    end

    def allow?(user_id)
      @lock.synchronize do
        return false if @last[user_id] && Time.now - @last[user_id] < PAUSE

        @last[user_id] = Time.now
        true
      end
    end
  end
end
