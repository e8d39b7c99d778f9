module Auth
  class SessionsController < ApplicationController
    def new; end

    def create
      user = Authenticator.new(Current.tenant, request.remote_ip).call(params[:email], params[:password])
      return render(:new, status: :unprocessable_entity) unless user

      session[:current_user] = user # want: nonserializable-session-write
      session[:plan] = user.subscription&.plan
      SESSION_MIRROR[session.id.to_s] = user
      redirect_to(session.delete(:billing_return_to) || root_path)
    end

    def destroy
      SESSION_MIRROR.delete(session.id.to_s)
      reset_session
      redirect_to root_path
    end
  end
end
