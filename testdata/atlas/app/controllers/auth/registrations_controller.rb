module Auth
  class RegistrationsController < ApplicationController
    def new
      @user = User.new
    end

    def create
      user = Registration.new(Current.tenant).call(registration_params)
      session[:plan] = user.subscription.plan
      redirect_to new_session_path
    rescue ActiveRecord::RecordInvalid => e
      @user = e.record
      render :new, status: :unprocessable_entity
    end

    private

    def registration_params
      params.require(:user).permit(:email, :name, :phone, :password)
    end
  end
end
