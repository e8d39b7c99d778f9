$elasticsearch = Elasticsearch::Client.new( # want: connection-pool group=client-pool
  url: ENV.fetch("ELASTICSEARCH_URL", "http://localhost:9200"),
  retry_on_failure: 2
)
