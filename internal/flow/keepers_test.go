package flow

import (
	"testing"
	"time"
)

// TestKeepersOfATangle looks for what keeps an object that lies in forty lists, each of which lies
// in forty lists, and so on further up than anybody looks. The walk up asks each of them once: it
// is over at once, where it took hours when each was asked anew on every way to it.
func TestKeepersOfATangle(t *testing.T) {
	const wide = 40
	s := &solver{objects: make([]object, 1), nodes: make([]node, 1)}
	h := &holders{s: s, lives: []life{passing}, heldAt: make([][]int32, 1), known: map[int32]answer{}, search: search{under: map[int32]bool{}, vain: map[int32]dead{}}}
	var below []int32
	for range maxUp + 2 {
		var here, places []int32
		for range wide {
			o, n := int32(len(s.objects)), int32(len(s.nodes))
			s.objects = append(s.objects, object{typ: "[]any", node: n, maker: &instance{}})
			s.nodes = append(s.nodes, node{object: o}, node{object: o, parent: n, step: anyElement})
			h.lives, h.heldAt = append(h.lives, entry), append(h.heldAt, nil)
			here, places = append(here, o), append(places, n+1)
		}
		for _, o := range below {
			h.heldAt[o] = places
		}
		below = here
	}
	done := make(chan answer)
	go func() { done <- h.keeper(1, 0) }()
	select {
	case a := <-done:
		if a.holder != "" {
			t.Errorf("nothing keeps it, yet %q is told", a.holder)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the walk does not end")
	}
}
