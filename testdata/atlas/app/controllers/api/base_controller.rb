module Api
  class BaseController < ActionController::API
    before_action :limit_rate
    before_action :set_tenant

    private

    def limit_rate
      return if RateLimiter.allow?(request.headers["X-Api-Key"])

      render json: { error: "slow down" }, status: :too_many_requests
    end

    def set_tenant
      Current.tenant = request.env["atlas.tenant"]
    end
  end
end
