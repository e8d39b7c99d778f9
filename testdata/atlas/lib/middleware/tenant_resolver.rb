module Middleware
  # Finds the tenant by host name for everything further down.
  class TenantResolver
    def initialize(app)
      @app = app
    end

    def call(env)
      host = env["HTTP_HOST"].to_s.split(":").first
      env["atlas.tenant"] = Tenants::Directory.lookup(host)
      @app.call(env)
    end
  end
end
