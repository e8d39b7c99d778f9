module SignedIn
  extend ActiveSupport::Concern

  def current_user
    @current_user ||= SESSION_MIRROR[session.id.to_s] || session[:current_user]
  end

  def require_user
    redirect_to new_session_path unless current_user
  end

  def require_admin
    head :forbidden unless current_user&.admin?
  end
end
