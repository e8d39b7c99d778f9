module Search
  class QueryThrottle
    PER_SECOND = 20

    class << self
      def allow?(tenant_id)
        window = Time.now.to_i
        windows.delete_if { |(_, second), _| second < window }
        windows[[tenant_id, window]] = windows.fetch([tenant_id, window], 0) + 1
        windows[[tenant_id, window]] <= PER_SECOND
      end

      private

      def windows
        @windows ||= {} # want: mutable-singleton group=rate-limiter
      end
    end
  end
end
