from rest_framework import serializers

from shipments.models import Address, Shipment, Tariff


class AddressSerializer(serializers.ModelSerializer):
    class Meta:
        model = Address
        fields = ["name", "street", "city", "postcode"]


class ShipmentSerializer(serializers.ModelSerializer):
    sender = AddressSerializer()
    recipient = AddressSerializer()

    class Meta:
        model = Shipment
        fields = ["id", "number", "sender", "recipient", "status", "weight", "price"]


class TariffSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tariff
        fields = ["zone", "per_kilo"]
