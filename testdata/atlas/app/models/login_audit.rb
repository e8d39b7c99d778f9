class LoginAudit < ApplicationRecord
  belongs_to :user, optional: true
end
