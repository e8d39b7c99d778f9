module Notifications
  class OrderFeed
    def self.append(order)
      FeedEntry.create!(kind: "order.completed", subject_id: order.id, summary: "#{order.total} #{order.currency}")
    end
  end
end
