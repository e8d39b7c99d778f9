module Tracking
  class ScansController < ApplicationController
    def create
      RecordJob.perform_later(params.require(:number), "scanned", params[:place])
      head :accepted
    end
  end
end
