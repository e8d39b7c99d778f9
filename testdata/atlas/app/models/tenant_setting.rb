class TenantSetting < ApplicationRecord
  belongs_to :tenant
end
