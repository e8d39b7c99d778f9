module Billing
  class InvoicesController < ApplicationController
    def index
      render json: Invoice.order(created_at: :desc).limit(100)
    end

    def show
      render json: Invoice.find(params[:id]).as_json(include: :lines)
    end

    def create
      render json: Ledger.new.close(params.require(:sender)), status: :created
    end
  end
end
