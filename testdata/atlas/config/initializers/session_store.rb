Rails.application.config.session_store :cookie_store, key: "_atlas_session", expire_after: 14.days
