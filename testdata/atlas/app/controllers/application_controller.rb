class ApplicationController < ActionController::Base
  include SignedIn

  before_action :set_current
  helper_method :current_user, :theme

  private

  def set_current
    Current.tenant = request.env["atlas.tenant"]
    Current.request_id = request.request_id
    RequestStore.store[:queries] = []
  end

  def theme
    @theme ||= Tenants::BrandingCache.instance.theme(Current.tenant)
  end
end
