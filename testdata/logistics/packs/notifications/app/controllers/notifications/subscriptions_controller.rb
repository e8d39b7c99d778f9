module Notifications
  class SubscriptionsController < ApplicationController
    def create
      Subscription.create!(params.permit(:number, :email))
      head :created
    end

    def destroy
      Subscription.find(params[:id]).destroy!
      head :no_content
    end
  end
end
