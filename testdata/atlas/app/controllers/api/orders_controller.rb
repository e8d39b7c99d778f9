module Api
  class OrdersController < BaseController
    def index
      response.headers["X-RateLimit-Remaining"] = RateLimiter.remaining(request.headers["X-Api-Key"]).to_s
      render json: Current.tenant.orders.limit(100)
    end

    def show
      render json: Current.tenant.orders.find(params[:id])
    end
  end
end
