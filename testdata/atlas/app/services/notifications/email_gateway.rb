module Notifications
  # Bulk mail goes over the provider's interface, not over SMTP.
  class EmailGateway
    class << self
      def deliver(address, subject, text)
        api.client.mail._("send").post(request_body: body(address, subject, text))
      end

      private

      def api
        @api ||= SendGrid::API.new(api_key: ENV["SENDGRID_API_KEY"]) # want: connection-pool group=client-pool
      end

      def body(address, subject, text)
        { personalizations: [{ to: [{ email: address }] }], subject: subject, content: [{ type: "text/plain", value: text }] }
      end
    end
  end
end
