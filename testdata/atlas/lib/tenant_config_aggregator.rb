# Merges what tenants push about themselves over the defaults.
class TenantConfigAggregator
  def initialize(defaults:)
    @defaults = defaults.freeze
    @pushed = {}
  end

  def merge(tenant_id, values)
    @pushed[tenant_id] = fetch(tenant_id).merge(values)
  end

  def fetch(tenant_id)
    @defaults.merge(@pushed.fetch(tenant_id, {}))
  end
end
