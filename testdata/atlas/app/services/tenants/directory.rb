module Tenants
  # From host name to tenant.
  module Directory
    HOSTS = Concurrent::Map.new # want: in-process-cache group=tenant-config

    def self.lookup(host)
      HOSTS.compute_if_absent(host) { Tenant.find_by(host: host) }
    end
  end
end
