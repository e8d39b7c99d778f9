module Billing
  class InvoicesController < ApplicationController
    before_action :require_user

    def index
      session[:billing_return_to] = billing_invoices_path
      @invoices = current_user.invoices.order(:due_on)
    end

    def show
      @invoice = current_user.invoices.find(params[:id])
    end

    def pay
      invoice = current_user.invoices.find(params[:id])
      Charge.new(invoice).call
      session[:plan] = current_user.subscription.plan
      redirect_to billing_invoice_path(invoice)
    end
  end
end
