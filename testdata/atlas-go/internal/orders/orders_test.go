package orders

import "testing"

var tried []string

func TestMayBecome(t *testing.T) {
	for _, to := range []string{"completed", "cancelled"} {
		tried = append(tried, to)
		if !mayBecome("open", to) {
			t.Errorf("open may not become %s", to)
		}
	}
	if mayBecome("archived", "open") {
		t.Error("archived may become open")
	}
}
