module Notifications
  class PreferencesController < ApplicationController
    before_action :require_user

    def index
      @preferences = NotificationPreference.where(user_id: current_user.id)
    end

    def update
      preference = NotificationPreference.find_by!(id: params[:id], user_id: current_user.id)
      preference.update!(enabled: params.require(:enabled))
      redirect_to notifications_preferences_path
    end
  end
end
