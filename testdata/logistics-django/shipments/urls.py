from django.urls import include, path
from rest_framework.routers import DefaultRouter

from shipments import views

router = DefaultRouter()
router.register("shipments", views.ShipmentViewSet, basename="shipment")
router.register("tariffs", views.TariffViewSet)

urlpatterns = [
    path("", include(router.urls)),
    path("quote", views.price),
]
