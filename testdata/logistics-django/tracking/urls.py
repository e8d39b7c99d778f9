from django.urls import path

from tracking import views

urlpatterns = [
    path("scans", views.scan),
    path("<str:number>", views.track),
    path("<str:number>/events", views.events),
]
