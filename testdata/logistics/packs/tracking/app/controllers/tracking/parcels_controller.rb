module Tracking
  class ParcelsController < ApplicationController
    def show
      timeline = Timeline.new(params[:number])
      render json: { number: params[:number], status: timeline.status, place: timeline.place }
    end

    def events
      render json: Timeline.new(params[:number]).events
    end
  end
end
