class Current < ActiveSupport::CurrentAttributes
  attribute :tenant, :user, :request_id

  def locale
    tenant ? Tenants::Settings.value(tenant, "locale") : "en"
  end
end
