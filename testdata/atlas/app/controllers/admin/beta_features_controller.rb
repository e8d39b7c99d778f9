module Admin
  class BetaFeaturesController < BaseController
    def update
      Rails.application.config.x.beta_features[params[:id]] = params[:enabled] == "1"
      redirect_to admin_flags_path
    end
  end
end
