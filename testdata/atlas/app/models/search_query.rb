class SearchQuery < ApplicationRecord
  belongs_to :tenant
end
