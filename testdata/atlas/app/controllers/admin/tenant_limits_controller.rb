module Admin
  class TenantLimitsController < BaseController
    def update
      tenant = Tenant.find(params[:id])
      if params[:limit].present?
        Tenants::Limits.raise_to(tenant, params[:limit].to_i)
      else
        Tenants::Limits.reset(tenant)
      end
      head :no_content
    end
  end
end
