from django.urls import path

from notifications import views

urlpatterns = [
    path("", views.InboxView.as_view()),
    path("unread", views.unread),
    path("<int:pk>/read", views.mark_read),
    path("preferences", views.PreferenceView.as_view()),
]
