module Tenants
  # The settings of a tenant as one hash, put together from its rows.
  class Settings
    def self.for(tenant)
      @settings ||= {} # want: in-process-cache group=tenant-config
      @settings[tenant.id] ||= tenant.tenant_settings.pluck(:key, :value).to_h
    end

    def self.value(tenant, key)
      self.for(tenant)[key] || TENANT_CONFIG.fetch(tenant.id)[key]
    end
  end
end
