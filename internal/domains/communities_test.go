package domains_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/domains"
)

// shop is a small application of two parts, billing and catalog. Everything in it
// is known by name.
type shop struct {
	names []string
	graph domains.Graph
}

func (s *shop) add(entity bool, name string) {
	s.names = append(s.names, name)
	s.graph.Nodes = append(s.graph.Nodes, domains.Node{Subject: domains.Subject(name + ".rb"), Entity: entity})
}

func (s *shop) link(from string, to ...string) {
	for _, t := range to {
		s.graph.Links = append(s.graph.Links, domains.Link{From: slices.Index(s.names, from), To: slices.Index(s.names, t), Count: 1})
	}
}

func newShop() *shop {
	s := &shop{}
	for _, model := range []string{"invoice", "invoice_line", "payment", "refund", "dunning", "product", "category", "brand", "variant", "review"} {
		s.add(true, model)
	}
	// A model that nothing ties to another but its name.
	s.add(true, "review_vote")
	for _, file := range []string{"base_controller", "invoices_controller", "payments_controller", "products_controller", "reviews_controller",
		"gateway", "webhook", "brand_exporter", "variant_report_cell", "variant_label", "readme"} {
		s.add(false, file)
	}
	s.link("invoice", "invoice_line", "payment", "dunning")
	s.link("payment", "invoice", "refund")
	s.link("refund", "invoice")
	s.link("product", "category", "brand", "variant", "review")
	s.link("variant", "product", "brand")
	s.link("category", "product")
	for _, c := range []string{"invoices_controller", "payments_controller", "products_controller", "reviews_controller"} {
		s.link(c, "base_controller")
	}
	s.link("invoices_controller", "invoice", "invoice_line")
	s.link("payments_controller", "payment")
	s.link("products_controller", "product")
	// The webhook names no model: billing is reached through the gateway.
	s.link("gateway", "payment", "refund")
	s.link("webhook", "gateway")
	return s
}

func (s *shop) groups() map[string]int {
	of := domains.Infer(s.graph).Of
	out := map[string]int{}
	for i, name := range s.names {
		out[name] = of[i]
	}
	return out
}

func TestInferPutsModelsFirstAndLetsFilesJoin(t *testing.T) {
	got := newShop().groups()
	if got["invoice"] == got["product"] {
		t.Fatalf("billing and catalog are one group: %v", got)
	}
	for _, test := range []struct{ name, with, why string }{
		{"refund", "invoice", "associations tie models"},
		{"dunning", "invoice", "associations tie models"},
		{"brand", "product", "associations tie models"},
		{"review_vote", "review", "models that share a word are kin"},
		{"invoices_controller", "invoice", "what it names outweighs the base class of the layer"},
		{"products_controller", "product", "what it names outweighs the base class of the layer"},
		{"reviews_controller", "review", "it is called after a model and names none"},
		{"gateway", "payment", "it names models"},
		{"webhook", "payment", "it names a file that names models"},
		{"brand_exporter", "brand", "it is called after a model"},
		{"variant_report_cell", "variant", "part of its name is a model's"},
	} {
		if got[test.name] != got[test.with] {
			t.Errorf("%s is in group %d and %s in %d, want the same: %s", test.name, got[test.name], test.with, got[test.with], test.why)
		}
	}
	if got["readme"] != -1 {
		t.Errorf("readme is in group %d; nothing ties it to any", got["readme"])
	}
}

func TestInferDoesNotDependOnTheOrderOfLinks(t *testing.T) {
	s := newShop()
	want := domains.Infer(s.graph)
	if slices.Min(want.Stability) <= 0 || slices.Max(want.Stability) > 1 {
		t.Errorf("stability is %v, want shares", want.Stability)
	}
	for seed := range uint64(20) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(s.graph.Links), func(i, j int) {
			s.graph.Links[i], s.graph.Links[j] = s.graph.Links[j], s.graph.Links[i]
		})
		if got := domains.Infer(s.graph); !slices.Equal(got.Of, want.Of) || !slices.Equal(got.Stability, want.Stability) {
			t.Fatalf("with links in another order: %v, want %v", got, want)
		}
	}
}

// A program that is one knot at low resolution must not come out as one domain.
func TestInferSplitsWhatHoldsMostOfTheProgram(t *testing.T) {
	var g domains.Graph
	const parts, size = 4, 8
	for range parts * size {
		g.Nodes = append(g.Nodes, domains.Node{Entity: true})
	}
	for part := range parts {
		for i := range size {
			for j := range i {
				g.Links = append(g.Links, domains.Link{From: part*size + i, To: part*size + j, Count: 1})
			}
			// Ties between the parts, so many that coarse groups join two of them.
			for other := range part {
				g.Links = append(g.Links, domains.Link{From: part*size + i, To: other*size + i, Count: 1}, domains.Link{From: part*size + i, To: other*size + (i+1)%size, Count: 1})
			}
		}
	}
	members := map[int]int{}
	for _, k := range domains.Infer(g).Of {
		members[k]++
	}
	for k, n := range members {
		if n > parts*size/2 {
			t.Errorf("group %d holds %d of %d models", k, n, parts*size)
		}
	}
}

func TestInferOfNothing(t *testing.T) {
	if got := domains.Infer(domains.Graph{}); len(got.Of) != 0 {
		t.Errorf("groups of no files: %v", got.Of)
	}
	alone := domains.Graph{Nodes: []domains.Node{{Subject: []string{"order"}, Entity: true}, {Subject: []string{"user"}}}}
	if got := domains.Infer(alone); !slices.Equal(got.Of, []int{-1, -1}) {
		t.Errorf("files without links are in groups: %v", got.Of)
	}
}

func TestAdjustedRand(t *testing.T) {
	same := domains.AdjustedRand([]int{0, 0, 1, 1}, []int{7, 7, 3, 3})
	// Hubert and Arabie's definition, worked out by hand: 3 of 15 pairs in both,
	// 7 and 3 pairs in one, 1.4 expected.
	other := domains.AdjustedRand([]int{0, 0, 0, 0, 1, 1}, []int{0, 0, 1, 1, 2, 2})
	if same != 1 {
		t.Errorf("equal groupings have index %v", same)
	}
	if want := (3 - 1.4) / (5 - 1.4); other < want-1e-9 || other > want+1e-9 {
		t.Errorf("index is %v, want %v", other, want)
	}
}
