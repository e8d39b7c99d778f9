# One keep-alive connection to the fulfilment partner.
class HttpPool
  def self.connection
    @@connection ||= Faraday.new(url: "https://fulfilment.example.com") do |f| # want: connection-pool group=client-pool
      f.request :json
      f.response :json
      f.options.timeout = 5
    end
  end

  def self.post(path, body)
    connection.post(path, body)
  end
end
