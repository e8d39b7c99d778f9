from django.urls import path

from documents import views

urlpatterns = [
    path("of/<int:shipment_id>", views.DocumentsView.as_view()),
    path("<int:pk>", views.download),
]
