module Tenants
  # How much a tenant may use: by plan, unless support has raised it.
  module Limits
    BY_PLAN = { "basic" => 100, "plus" => 1_000, "enterprise" => 10_000 }.freeze

    mattr_accessor :raised, default: {} # want: mutable-singleton group=tenant-config

    def self.orders_per_day(tenant)
      raised[tenant.id] || BY_PLAN.fetch(tenant.plan)
    end

    def self.raise_to(tenant, limit)
      raised[tenant.id] = limit
    end

    def self.reset(tenant)
      raised.delete(tenant.id)
    end
  end
end
