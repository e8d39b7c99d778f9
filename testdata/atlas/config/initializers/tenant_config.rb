require "tenant_config_aggregator"

TENANT_CONFIG = TenantConfigAggregator.new(defaults: { "locale" => "en", "timezone" => "UTC" }) # want: mutable-singleton group=tenant-config
