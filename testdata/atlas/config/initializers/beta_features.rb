Rails.application.config.x.beta_features = { "new_checkout" => false, "dark_mode" => false } # want: mutable-singleton group=feature-flag
Rails.application.config.x.support_email = "help@atlas.example.com"
