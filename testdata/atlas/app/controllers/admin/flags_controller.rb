module Admin
  class FlagsController < BaseController
    def index
      @flags = FeatureFlag.order(:name)
    end

    def update
      enabled = ActiveModel::Type::Boolean.new.cast(params.require(:enabled))
      FeatureFlags.toggle(params[:id], enabled)
      FeatureFlag.where(name: params[:id]).update_all(enabled: enabled)
      FlagStore.refresh(params[:id])
      redirect_to admin_flags_path
    end
  end
end
