package rank_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/rank"
)

// dimensions are the numbers of a candidate that its rank comes from.
type dimensions struct{ Score, Clarity, Viability, Coupling float64 }

func dimensionsOf(c *rank.Candidate) dimensions {
	return dimensions{c.Score, c.Clarity, c.Viability, c.Coupling}
}

// TestProperties checks what must hold for the ranking of any program on a number
// of small ones. They are read once for all properties.
func TestProperties(t *testing.T) {
	all := samples(t)
	shopsHoldWhatIsTested(t, all)
	for _, p := range []struct {
		name  string
		check func(t *testing.T, s sample)
	}{
		{"unrelated domain changes no score", unrelatedDomainChangesNoScore},
		{"names change no score", namesChangeNoScore},
		{"asynchronous call never lowers viability", asynchronousCallNeverLowersViability},
		{"shared table raises coupling", sharedTableRaisesCoupling},
		{"reader has a score", readerHasAScore},
		{"order of files does not matter", orderOfFilesDoesNotMatter},
		{"repair never raises coupling", repairNeverRaisesCoupling},
		{"rank lies in its range", rankLiesInItsRange},
	} {
		for i, s := range all {
			t.Run(fmt.Sprintf("%s/%s %d", p.name, s.name, i), func(t *testing.T) { p.check(t, s) })
		}
	}
}

// shopsHoldWhatIsTested makes sure that the generated programs hold what the
// properties are about: a property of nothing always holds.
func shopsHoldWhatIsTested(t *testing.T, all []sample) {
	t.Helper()
	found, judged := map[string]map[rank.Class]bool{"go": {}, "rails": {}}, map[string]bool{}
	for _, s := range all {
		if len(s.before.Candidates) != len(s.domains) {
			t.Fatalf("%d candidates, want %d", len(s.before.Candidates), len(s.domains))
		}
		for _, c := range s.before.Candidates {
			judged[s.name] = judged[s.name] || !c.TooFew
			for _, term := range slices.Concat(c.Crossings, c.Sharing) {
				found[s.name][term.Class] = true
			}
		}
	}
	both := []rank.Class{rank.Dropped, rank.ResultUsed, rank.InTransaction, rank.Routable, rank.TableBoth, rank.TableRead, rank.TableReads, rank.TxBoth}
	for language, want := range map[string][]rank.Class{
		"go":    append([]rank.Class{rank.SuccessOnly, rank.HolderBoth}, both...),
		"rails": append([]rank.Class{rank.AttributeRead, rank.OffRequest}, both...),
	} {
		for _, class := range want {
			if !found[language][class] {
				t.Errorf("%s: no shop has any %s", language, class)
			}
		}
		if !judged[language] {
			t.Errorf("%s: no domain has enough crossings to judge", language)
		}
	}
}

func unrelatedDomainChangesNoScore(t *testing.T, s sample) {
	after := rankShop(t, s.alone(), s.dialect, plain())
	for _, c := range s.before.Candidates {
		if got, want := dimensionsOf(after.Candidate(c.Domain.Name)), dimensionsOf(&c); got != want {
			t.Errorf("%s: %+v with another domain beside it, %+v without", c.Domain.Name, got, want)
		}
	}
}

func namesChangeNoScore(t *testing.T, s sample) {
	after := rankShop(t, s.shop, s.dialect, other())
	for d := range s.domains {
		want, got := dimensionsOf(s.before.Candidate(plain().domains[d])), dimensionsOf(after.Candidate(other().domains[d]))
		if got != want {
			t.Errorf("%s: %+v, but as %s %+v", plain().domains[d], want, other().domains[d], got)
		}
	}
}

// asynchronousCallNeverLowersViability turns one call after the other into one
// that nobody waits for.
func asynchronousCallNeverLowersViability(t *testing.T, s sample) {
	for _, changed := range asynchronous(s.shop, s.dialect) {
		r := rankShop(t, changed.shop, s.dialect, plain())
		name := plain().domains[changed.callee]
		before, after := s.before.Candidate(name), r.Candidate(name)
		if after.Viability < before.Viability {
			t.Errorf("viability of %s falls from %v to %v", name, before.Viability, after.Viability)
		}
		if was, is := count(before, rank.Asynchronous), count(after, rank.Asynchronous); is <= was {
			t.Errorf("%d pairs into %s are asynchronous, %d before the call was made so", is, name, was)
		}
	}
}

// count tells how many terms of a class a candidate has.
func count(c *rank.Candidate, class rank.Class) int {
	n := 0
	for _, t := range slices.Concat(c.Crossings, c.Sharing) {
		if t.Class == class && t.In {
			n++
		}
	}
	return n
}

type changedCall struct {
	shop   shop
	callee int
}

// asynchronous lists a few shops in which one call is asynchronous that was not. In
// Ruby, jobs and mails can be. Calls that are made twice by a routine are left
// out, since the pair stays as it is.
func asynchronous(s shop, in dialect) []changedCall {
	var out []changedCall
	for d, all := range s.domains {
		for i, rt := range all {
			for k, st := range rt.steps {
				if st.kind != calls || in.name == "rails" && st.to != job || len(out) == in.variants || repeated(rt, st) {
					continue
				}
				c := s.copied()
				c.domains[d][i].steps[k].how = async
				out = append(out, changedCall{c, st.domain})
			}
		}
	}
	return out
}

func repeated(rt routine, st step) bool {
	n := 0
	for _, o := range rt.steps {
		if o.kind == calls && o.domain == st.domain && o.to == st.to {
			n++
		}
	}
	return n > 1
}

// sharedTableRaisesCoupling gives two domains a table that one writes and the
// other reads, or writes as well.
func sharedTableRaisesCoupling(t *testing.T, s sample) {
	for i := range min(2, s.variants) {
		use := []kind{readsTable, writesTable}[i]
		changed := s.copied()
		pair := s.rand.Perm(len(s.domains))[:2]
		table := len(changed.tables)
		changed.tables = append(changed.tables, pair[0])
		for i, k := range []kind{writesTable, use} {
			at := &changed.domains[pair[i]][s.rand.IntN(routines)]
			at.steps = append(at.steps, step{kind: k, domain: pair[i], table: table})
		}
		after := rankShop(t, changed, s.dialect, plain())
		for _, d := range pair {
			name := plain().domains[d]
			if was, is := s.before.Candidate(name).Coupling, after.Candidate(name).Coupling; is <= was {
				t.Errorf("%s: coupling %v, %v without the shared table", name, is, was)
			}
		}
	}
}

// readerHasAScore takes all writes out of a domain: owning nothing is no reason
// to be worthless.
func readerHasAScore(t *testing.T, s sample) {
	changed := s.copied()
	d := s.rand.IntN(len(s.domains))
	for _, rt := range changed.domains[d] {
		for k, st := range rt.steps {
			if st.kind == writesTable || st.kind == writesHolder {
				rt.steps[k].kind = readsTable
			}
		}
	}
	c := rankShop(t, changed, s.dialect, plain()).Candidate(plain().domains[d])
	if len(c.Written.Tables) > 0 && s.name == "rails" || !(c.Score > 0) || !(c.Clarity > 0) {
		t.Errorf("%s only reads and has score %v, clarity %v, writes %v", c.Domain.Name, c.Score, c.Clarity, c.Written.Tables)
	}
}

func orderOfFilesDoesNotMatter(t *testing.T, s sample) {
	encode := func(r *rank.Ranking) string {
		text, err := json.Marshal([]any{r.Candidates, r.Edges, r.Matrix})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	shuffled := study(t, s.write(s.shop, plain()), s.rand).rank()
	if want, got := encode(s.before), encode(shuffled); got != want {
		t.Errorf("rankings differ:\n%s\n%s", want, got)
	}
}

// repairNeverRaisesCoupling takes one table or holder after the other as repaired.
func repairNeverRaisesCoupling(t *testing.T, s sample) {
	lowered, names := false, map[string]bool{}
	for _, u := range s.facts.AllUses() {
		if u.Kind == facts.TableUse || u.Kind == facts.HolderUse {
			names[u.Name] = true
		}
	}
	for name := range names {
		after := s.rank(name)
		for _, c := range s.before.Candidates {
			got := after.Candidate(c.Domain.Name).Coupling
			if got > c.Coupling {
				t.Errorf("%s: coupling %v when %s is repaired, %v before", c.Domain.Name, got, name, c.Coupling)
			}
			lowered = lowered || got < c.Coupling
		}
	}
	if !lowered {
		t.Error("no repair has lowered any coupling")
	}
}

func rankLiesInItsRange(t *testing.T, s sample) {
	for i, c := range s.before.Candidates {
		if c.Rank != i+1 || c.Best < 1 || c.Best > c.Rank || c.Rank > c.Worst || c.Worst > len(s.domains) {
			t.Errorf("%s is at place %d, has rank %d and ranks %d to %d", c.Domain.Name, i+1, c.Rank, c.Best, c.Worst)
		}
		if (c.Moves == "") != (c.Best == c.Worst) {
			t.Errorf("%s has ranks %d to %d, moved most by %q", c.Domain.Name, c.Best, c.Worst, c.Moves)
		}
	}
}
