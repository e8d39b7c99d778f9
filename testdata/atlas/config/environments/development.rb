Rails.application.configure do
  config.enable_reloading = true
  config.eager_load = false
  config.cache_store = :memory_store
  config.active_job.queue_adapter = :async
  config.active_storage.service = :local
end
