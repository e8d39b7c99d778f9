package localdiskstate

import (
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestFixSpeaksTheLanguage names what there is in the language of the finding, and
// nothing of another.
func TestFixSpeaksTheLanguage(t *testing.T) {
	own := map[unit.Language]string{unit.Go: "gocloud.dev", unit.Ruby: "Active Storage", unit.Python: "django-storages"}
	for lang := range own {
		for other, word := range own {
			if got := fix(result.Other, lang); strings.Contains(got, word) != (other == lang) {
				t.Errorf("%s: %q", lang, got)
			}
		}
	}
}
