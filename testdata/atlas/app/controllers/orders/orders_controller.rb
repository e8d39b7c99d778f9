module Orders
  class OrdersController < ApplicationController
    before_action :require_user

    def index
      @orders = current_user.orders.order(created_at: :desc)
    end

    def show
      @order = current_user.orders.find(params[:id])
    end

    def create
      return head(:too_many_requests) unless CheckoutThrottle.instance.allow?(current_user.id)

      @order = Placement.new(current_user).call(params.require(:lines))
      @express = FeatureFlags.enabled?("express_checkout") && Experiment.new("express").include?(current_user)
      redirect_to order_path(@order)
    rescue Placement::LimitReached
      head :payment_required
    end

    def complete
      order = current_user.orders.find(params[:id])
      if OrderCompletionService.new(order).call
        FulfilmentJob.perform_later(order.id)
        redirect_to order_path(order), notice: "Order completed"
      else
        redirect_to order_path(order), alert: "This order cannot be completed"
      end
    end
  end
end
