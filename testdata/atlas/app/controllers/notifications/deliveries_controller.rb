module Notifications
  class DeliveriesController < ApplicationController
    before_action :require_user

    def index
      @deliveries = NotificationDelivery.where(user_id: current_user.id).order(delivered_at: :desc)
    end
  end
end
