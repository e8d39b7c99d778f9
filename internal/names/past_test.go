package names

import "testing"

func TestPast(t *testing.T) {
	for in, want := range map[string]string{
		"complete": "completed", "completion": "completed", "placement": "placed", "registration": "registered", "cancelled": "cancelled", "ship": "shipped",
		"creation": "created", "verification": "verified", "migration": "migrated", "rejection": "rejected", "deletion": "deleted", "charge": "charged",
		"authentication": "authenticated", "authenticated": "authenticated", "withdrawal": "withdrawn",
		"order": "", "authenticator": "", "bed": "", "speed": "", "nested": "", "indication": "", "location": "", "action": "", "station": "",
	} {
		if got := Past(in); got != want {
			t.Errorf("Past(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSingularName(t *testing.T) {
	for in, want := range map[string]string{"line_items": "line_item", "orders": "order", "news": "news", "user_addresses": "user_address"} {
		if got := SingularName(in); got != want {
			t.Errorf("SingularName(%q) = %q, want %q", in, got, want)
		}
	}
}
