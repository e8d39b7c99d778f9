module Notifications
  # Text messages cost money: ten a day for a number.
  module SmsThrottle
    SENT = Concurrent::Map.new # want: mutable-singleton group=rate-limiter
    PER_DAY = 10

    module_function

    def allow?(phone)
      SENT.compute([phone, Date.current]) { |count| (count || 0) + 1 } <= PER_DAY
    end
  end
end
