module Billing
  class DunningJob < ApplicationJob
    queue_as :billing

    def perform
      Invoice.overdue.find_each { |invoice| Dunning.new.call(invoice) }
    end
  end
end
