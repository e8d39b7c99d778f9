module Tenants
  # Colours and logos, asked by the layout on every page.
  class BrandingCache
    include Singleton # want: in-process-cache group=tenant-config

    PLAIN = { logo_url: nil, primary_color: "#222222" }.freeze

    def initialize
      @themes = {}
    end

    def theme(tenant)
      @themes[tenant.id] ||= load(tenant)
    end

    def forget(tenant_id)
      @themes.delete(tenant_id)
    end

    private

    def load(tenant)
      branding = Branding.find_by(tenant_id: tenant.id)
      branding ? { logo_url: branding.logo_url, primary_color: branding.primary_color } : PLAIN
    end
  end
end
