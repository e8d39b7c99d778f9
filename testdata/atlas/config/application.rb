require_relative "boot"

require "rails/all"

Bundler.require(*Rails.groups)

require_relative "../lib/middleware/export_throttle"
require_relative "../lib/middleware/tenant_resolver"

module Atlas
  class Application < Rails::Application
    config.load_defaults 7.1
    config.autoload_lib(ignore: %w[middleware tasks])
    config.time_zone = "UTC"
    config.active_record.schema_format = :ruby
    config.action_dispatch.cookies_serializer = :json

    config.middleware.use Middleware::TenantResolver
    config.middleware.use Middleware::ExportThrottle
  end
end
