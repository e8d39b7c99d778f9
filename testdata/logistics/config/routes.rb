Rails.application.routes.draw do
  get "track/:number", to: "tracking/parcels#show"
  get "track/:number/events", to: "tracking/parcels#events"
  post "scans", to: "tracking/scans#create"

  namespace :shipments do
    resources :shipments, only: %i[index show create update] do
      post :dispatch_parcel, on: :member
    end
  end

  namespace :routing do
    resources :routes, only: %i[index create]
    post "plans", to: "plans#create"
  end

  namespace :billing do
    resources :invoices, only: %i[index show create]
  end

  namespace :notifications do
    resources :subscriptions, only: %i[create destroy]
  end
end
