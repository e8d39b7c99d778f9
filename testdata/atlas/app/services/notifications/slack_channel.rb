module Notifications
  module SlackChannel
    module_function

    def post(text)
      web.chat_postMessage(channel: "#orders", text: text)
    end

    def web
      @web ||= Slack::Web::Client.new(token: ENV["SLACK_TOKEN"]) # want: connection-pool group=client-pool
    end
  end
end
