module Admin
  class BrandingsController < BaseController
    def update
      branding = Branding.find_by!(tenant_id: params[:id])
      branding.update!(params.require(:branding).permit(:logo_url, :primary_color))
      Tenants::BrandingCache.instance.forget(branding.tenant_id)
      head :no_content
    end
  end
end
