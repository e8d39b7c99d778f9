module Reporting
  class ExportsController < ApplicationController
    before_action :require_admin

    def show
      report = Report.find_by!(tenant: Current.tenant, id: params[:id])
      seconds = Timing.measure { @body = Bucket.get(report.object_key) }
      response.headers["Server-Timing"] = "bucket;dur=#{(seconds * 1000).round}"
      send_data @body, filename: "#{report.kind}.csv"
    end
  end
end
