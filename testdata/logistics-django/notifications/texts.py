TEXTS = {
    "booked": "Your parcel {number} is booked.",
    "dispatched": "Your parcel {number} is on its way.",
    "delivered": "Your parcel {number} was delivered.",
    "cancelled": "The shipment of {number} was cancelled.",
    "documents": "The papers of {number} are ready.",
}


def text_for(kind, number):
    return TEXTS[kind].format(number=number)
