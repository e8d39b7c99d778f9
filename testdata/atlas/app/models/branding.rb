class Branding < ApplicationRecord
  belongs_to :tenant
end
