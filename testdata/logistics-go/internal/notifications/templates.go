package notifications

import "strings"

// texts are subject and text by template and language.
var texts = map[string]map[string][2]string{
	"en": {
		"shipment.booked":    {"We have your shipment {number}", "It will be picked up on {day}."},
		"shipment.delivered": {"Delivered: {number}", "{recipient} has received your shipment."},
		"shipment.cancelled": {"Cancelled: {number}", "{refund} will not be charged."},
		"shipment.delayed":   {"Delayed: {number}", "We now expect it to arrive on {day}."},
		"shipment.arrived":   {"{number} has reached {city}", "It waits there for a vehicle."},
		"shipment.on_tour":   {"{number} is on its way", "The vehicle {plate} brings it."},
		"invoice.issued":     {"Your invoice {number}", "{total} EUR are due."},
		"invoice.paid":       {"Thank you", "We have received {total} EUR."},
		"invoice.overdue":    {"Reminder: invoice {number}", "Please pay it soon."},
	},
	"de": {
		"shipment.booked":    {"Ihre Sendung {number}", "Wir holen sie am {day} ab."},
		"shipment.delivered": {"Zugestellt: {number}", "{recipient} hat Ihre Sendung erhalten."},
		"invoice.issued":     {"Ihre Rechnung {number}", "{total} EUR sind fällig."},
	},
}

// render fills in a template, in English if there is no other.
func render(template, language string, values map[string]string) (subject, text string) {
	t, ok := texts[language][template]
	if !ok {
		t, ok = texts["en"][template]
	}
	if !ok {
		return template, ""
	}
	pairs := make([]string, 0, 2*len(values))
	for k, v := range values {
		pairs = append(pairs, "{"+k+"}", v)
	}
	r := strings.NewReplacer(pairs...)
	return r.Replace(t[0]), r.Replace(t[1])
}
