package plan

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
)

// Personal tells attributes that look like personal data: who publishes them in
// an event hands them to every consumer.
func Personal(name string) bool {
	parts := strings.Split(name, ".")
	words := names.Tokens(parts[len(parts)-1])
	if slices.ContainsFunc(words, personalWord) {
		return true
	}
	switch last := strings.Join(words, "_"); {
	case last == "name":
		return len(parts) > 1 && person(parts[len(parts)-2])
	default:
		return personName(last)
	}
}

// personalWord tells words that stand for personal data wherever they occur.
func personalWord(w string) bool {
	return slices.Contains([]string{
		"email", "mail", "phone", "mobile", "fax", "address", "street", "city", "zip", "zipcode", "postcode", "postal", "birthday", "birthdate", "birth", "dob",
		"ssn", "iban", "bic", "passport", "nationality", "gender", "sex", "salary", "ip", "latitude", "longitude", "lat", "lng", "surname", "firstname", "lastname", "fullname", "nickname", "username", "login", "avatar", "card", "diagnosis", "religion",
	}, w)
}

func personName(last string) bool {
	switch last {
	case "first_name", "last_name", "full_name", "given_name", "family_name", "middle_name", "user_name", "display_name", "real_name", "customer_name", "contact_name", "recipient_name", "driver_name":
		return true
	}
	return false
}

// person tells what stands for people.
func person(part string) bool {
	for _, w := range names.Tokens(part) {
		if slices.Contains([]string{"user", "customer", "person", "people", "contact", "author", "owner", "member", "employee", "patient", "driver", "account", "recipient", "sender", "buyer", "seller", "admin", "creator", "assignee", "student", "teacher"}, names.Singular(w)) {
			return true
		}
	}
	return false
}
