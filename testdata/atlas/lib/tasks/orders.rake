$processed = 0

namespace :orders do
  desc "Archive orders older than two years"
  task archive: :environment do
    archived = {}
    Order.where("created_at < ?", 2.years.ago).find_each do |order|
      archived[order.id] = order.update!(status: "archived")
      $processed += 1
    end
    puts "#{$processed} archived"
  end
end
