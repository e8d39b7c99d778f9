from django.http import JsonResponse
from django.views.decorators.http import require_GET
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import User
from shipments import services
from shipments.models import Shipment, Tariff
from shipments.pricing import quote
from shipments.serializers import ShipmentSerializer, TariffSerializer


class ShipmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    queryset = Shipment.objects.select_related("sender", "recipient")
    serializer_class = ShipmentSerializer

    def get_queryset(self):
        return super().get_queryset().filter(owner_id=self.request.session["account"])

    def create(self, request):
        owner = User.objects.get(pk=request.session["account"])
        try:
            shipment = services.book(owner, request.data)
        except services.Refused as refused:
            return Response({"error": str(refused)}, status=status.HTTP_403_FORBIDDEN)
        return Response({"number": shipment.number}, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def dispatch_parcel(self, request, pk=None):
        services.dispatch(self.get_object())
        return Response(status=status.HTTP_202_ACCEPTED)

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        services.cancel(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TariffViewSet(viewsets.ModelViewSet):
    queryset = Tariff.objects.all()
    serializer_class = TariffSerializer


@require_GET
def price(request):
    return JsonResponse({"price": str(quote(request.GET["zone"], request.GET["weight"]))})
