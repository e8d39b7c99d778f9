module Middleware
  # Exports are expensive: three in a minute for an address.
  class ExportThrottle
    LIMIT = 3
    HITS = {} # want: mutable-singleton group=rate-limiter
    LOCK = Mutex.new
    PATH = %r{\A/reporting/exports/}

    def initialize(app)
      @app = app
    end

    def call(env)
      return @app.call(env) unless env["PATH_INFO"].match?(PATH)
      return too_many if throttled?(env["REMOTE_ADDR"])

      @app.call(env)
    end

    private

    def throttled?(address)
      minute = Time.now.to_i / 60
      LOCK.synchronize do
        HITS.delete_if { |(_, at), _| at < minute }
        HITS[[address, minute]] = HITS.fetch([address, minute], 0) + 1
        HITS[[address, minute]] > LIMIT
      end
    end

    def too_many
      [429, { "content-type" => "text/plain" }, ["Too many exports, try again in a minute\n"]]
    end
  end
end
