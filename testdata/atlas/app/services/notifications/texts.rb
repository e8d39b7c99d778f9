module Notifications
  module Texts
    SUBJECTS = {
      "order.placed" => "Thank you for your order",
      "order.handed_over" => "Your order is on its way",
      "invoice.paid" => "We have received your payment",
      "invoice.overdue" => "Please pay your invoice",
      "user.registered" => "Welcome",
      "account.locked" => "Your account is locked",
      "report.ready" => "Your report is ready"
    }

    def self.subject(event)
      SUBJECTS.fetch(event, event.tr(".", " ").capitalize)
    end
  end
end
