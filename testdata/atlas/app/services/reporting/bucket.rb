module Reporting
  module Bucket
    mattr_accessor :client, default: Aws::S3::Client.new(region: "eu-central-1") # want: connection-pool group=client-pool

    NAME = "atlas-reports".freeze

    def self.put(key, body)
      client.put_object(bucket: NAME, key: key, body: body) # by a job, or in a pool beside the request
    end

    def self.get(key)
      client.get_object(bucket: NAME, key: key).body.read # want: blocking-side-effect
    end
  end
end
