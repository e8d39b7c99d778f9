module Shipments
  class ShipmentsController < ApplicationController
    def index
      render json: Shipment.order(created_at: :desc).limit(100)
    end

    def show
      shipment = Shipment.find(params[:id])
      invoices = Billing::InvoiceLine.where(shipment_id: shipment.id).count
      render json: { shipment: shipment, vehicle: shipment.route&.vehicle, invoices: invoices }
    end

    def create
      shipment = Intake.new.call(params.require(:shipment).permit(:sender, :recipient, :recipient_email, :postcode).to_h, params.require(:weights).map(&:to_d))
      render json: shipment, status: :created
    rescue Intake::TooHeavy
      head :unprocessable_entity
    end

    def update
      shipment = Shipment.find(params[:id])
      shipment.update!(params.require(:shipment).permit(:recipient, :postcode))
      render json: shipment
    end

    def dispatch_parcel
      if Dispatcher.new.call(Shipment.find(params[:id]))
        head :no_content
      else
        head :conflict
      end
    end
  end
end
