Rails.application.routes.draw do
  root "catalog/products#index"

  resource :session, only: %i[new create destroy], controller: "auth/sessions"
  resources :registrations, only: %i[new create], controller: "auth/registrations"

  scope module: :catalog do
    resources :products, only: %i[index show]
  end

  scope module: :orders do
    resources :orders, only: %i[index show create] do
      post :complete, on: :member
    end
  end

  namespace :billing do
    resources :invoices, only: %i[index show] do
      post :pay, on: :member
    end
    resource :subscription, only: %i[show update]
  end

  namespace :notifications do
    resources :preferences, only: %i[index update]
    resources :deliveries, only: :index
  end

  get "search", to: "search/queries#index"
  get "search/suggestions", to: "search/queries#suggestions"

  namespace :reporting do
    resources :reports, only: %i[index show create]
    get "exports/:id", to: "exports#show"
  end

  namespace :admin do
    resources :flags, only: %i[index update]
    resources :beta_features, only: :update
    resources :tenant_limits, only: :update
    resources :brandings, only: :update
  end

  namespace :api do
    resources :orders, only: %i[index show]
    resources :tenant_configs, only: %i[show update]
  end
end
