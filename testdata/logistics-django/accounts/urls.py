from django.urls import path

from accounts import views

urlpatterns = [
    path("login", views.LoginView.as_view()),
    path("logout", views.sign_out),
    path("me", views.WhoAmIView.as_view()),
    path("profile", views.ProfileView.as_view()),
    path("keys", views.KeysView.as_view()),
]
