STRIPE_CLIENT = Stripe::StripeClient.new(ENV.fetch("STRIPE_SECRET_KEY", "")) # want: connection-pool group=client-pool
