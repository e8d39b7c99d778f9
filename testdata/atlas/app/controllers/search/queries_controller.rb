module Search
  class QueriesController < ApplicationController
    def index
      return head(:too_many_requests) unless QueryThrottle.allow?(Current.tenant.id)

      ids = Index.new.query(params.fetch(:q, ""), Current.tenant.id)
      SearchQuery.create!(tenant: Current.tenant, terms: params[:q].to_s, results: ids.size)
      Suggestions.new(Current.tenant.id).remember(params[:q]) if FeatureFlags.enabled?("smart_search")
      @products = Product.where(id: ids)
    end

    def suggestions
      render json: Suggestions.new(Current.tenant.id).top
    end
  end
end
