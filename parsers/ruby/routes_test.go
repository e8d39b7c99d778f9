package ruby

import (
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

const routesFile = `Rails.application.routes.draw do
  root "home#index"
  devise_for :users
  mount Sidekiq::Web => "/sidekiq"
  concern :commentable do
    resources :comments, only: :create
  end
  resource :session, only: %i[create destroy], controller: "auth/sessions"
  resources :orders, only: [:index, :show] do
    post :complete, on: :member
    get "export", on: :collection
    member { put "cancel" }
    collection do
      get :search
    end
    resources :lines, only: :destroy, concerns: :commentable
  end
  namespace :admin do
    resources :users, only: :edit, path: "people"
    root to: "dashboard#show"
  end
  scope "/api", module: "api" do
    get "status", to: "health#status"
    match "hook/:id" => "hooks#receive", via: [:get, :post]
  end
  constraints(subdomain: "x") do
    get "photos/poll"
  end
  get "about", controller: "pages", action: "about"
  get "/old", to: redirect("/new")
  if Rails.env.development?
    get "debug", to: "debug#show"
  end
end
`

func TestRoutes(t *testing.T) {
	want := `GET / home#index
POST /session auth/sessions#create
DELETE /session auth/sessions#destroy
GET /orders orders#index
GET /orders/:id orders#show
POST /orders/:id/complete orders#complete
GET /orders/export orders#export
PUT /orders/:id/cancel orders#cancel
GET /orders/search orders#search
DELETE /orders/:order_id/lines/:id lines#destroy
POST /orders/:order_id/lines/:line_id/comments comments#create
GET /admin/people/:id/edit admin/users#edit
GET /admin admin/dashboard#show
GET /api/status api/health#status
GET /api/hook/:id api/hooks#receive
POST /api/hook/:id api/hooks#receive
GET /photos/poll photos#poll
GET /about pages#about
GET /debug debug#show`
	u := parseFile("config/routes.rb", []byte(routesFile))
	var got []string
	for _, s := range u.Settings {
		if s.Kind == unit.SettingRoute {
			got = append(got, s.Value+" "+s.Subject)
		}
	}
	if text := strings.Join(got, "\n"); text != want {
		for _, line := range strings.Split(want, "\n") {
			if !slices.Contains(got, line) {
				t.Errorf("missing: %s", line)
			}
		}
		t.Errorf("got:\n%s", text)
	}
}
