module Billing
  class SubscriptionsController < ApplicationController
    before_action :require_user

    def show
      @plan = session[:plan] || current_user.subscription.plan
      @suspended = AccountStatus.suspended?(current_user)
    end

    def update
      subscription = current_user.subscription
      subscription.update!(plan: params.require(:plan))
      current_user.update!(delinquent: false)
      InvoiceBuilder.new(current_user).first_invoice(subscription)
      session[:plan] = subscription.plan
      redirect_to billing_subscription_path
    end
  end
end
