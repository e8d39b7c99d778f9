module Catalog
  class ProductsController < ApplicationController
    def index
      @products = Current.tenant.products.available
      @dark = Rails.application.config.x.beta_features["dark_mode"]
    end

    def show
      @product = Current.tenant.products.find(params[:id])
      @gallery = FlagStore.enabled?("gallery")
    end
  end
end
