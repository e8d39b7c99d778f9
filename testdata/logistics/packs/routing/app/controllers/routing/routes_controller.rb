module Routing
  class RoutesController < ApplicationController
    def index
      render json: Route.where(day: params.fetch(:day, Date.current))
    end

    def create
      render json: Route.create!(params.permit(:postcode_prefix, :vehicle, :day)), status: :created
    end
  end
end
