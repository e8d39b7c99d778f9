module Reporting
  class ReportsController < ApplicationController
    before_action :require_admin

    def index
      @reports = Report.where(tenant: Current.tenant).order(created_at: :desc)
    end

    def show
      @report = Report.find_by!(tenant: Current.tenant, id: params[:id])
    end

    def create
      report = Report.create!(tenant: Current.tenant, kind: params.require(:kind))
      if params[:preview]
        PreviewPool.draw(report.id)
      else
        BuildJob.perform_later(report.id)
      end
      redirect_to reporting_report_path(report)
    end
  end
end
