module Routing
  class PlansController < ApplicationController
    def create
      render json: { planned: Planner.new.plan_day(params.require(:prefix)) }
    end
  end
end
