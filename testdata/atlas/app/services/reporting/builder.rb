module Reporting
  class Builder
    def initialize(report)
      @report = report
    end

    def call
      Bucket.put(key, ExporterRegistry.fetch(:csv).call(rows))
      @report.update!(status: "ready", object_key: key)
      @report.tenant.users.where(admin: true).ids.each do |id|
        Notifications::Notifier.publish("report.ready", id)
      end
    end

    private

    def key
      @key ||= "#{@report.tenant_id}/#{@report.kind}-#{@report.id}.csv"
    end

    def rows
      orders = @report.tenant.orders.where(status: "completed")
      orders.group(:currency).sum(:total).map { |currency, total| { currency: currency, total: total } }
    end
  end
end
