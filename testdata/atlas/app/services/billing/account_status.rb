module Billing
  class AccountStatus
    def self.suspended?(user)
      user.subscription.nil? || !user.subscription.active? || user.invoices.overdue.exists?
    end
  end
end
