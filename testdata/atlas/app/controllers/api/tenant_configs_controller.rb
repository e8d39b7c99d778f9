module Api
  # Tenants push their own configuration.
  class TenantConfigsController < BaseController
    ALLOWED = %i[locale timezone currency].freeze

    def show
      render json: TENANT_CONFIG.fetch(Current.tenant.id)
    end

    def update
      TENANT_CONFIG.merge(Current.tenant.id, params.permit(*ALLOWED).to_h)
      head :no_content
    end
  end
end
