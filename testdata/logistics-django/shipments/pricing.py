from decimal import Decimal

from shipments.models import Tariff

# Tariffs change once a year, and are read for each quote.
TARIFFS = {}  # want: in-process-cache


def tariff_of(zone):
    if zone not in TARIFFS:
        TARIFFS[zone] = Tariff.objects.get(zone=zone)
    return TARIFFS[zone]


def quote(zone, weight):
    return (tariff_of(zone).per_kilo * Decimal(weight)).quantize(Decimal("0.01"))
