package shipments

import (
	"sync"
	"time"
)

// drafts keeps half-filled orders while somebody is at the form.
type drafts struct {
	mu    sync.Mutex
	items map[string]draft // want: mutable-singleton
}

type draft struct {
	order Order
	saved time.Time
}

func newDrafts() *drafts { return &drafts{items: map[string]draft{}} }

func (d *drafts) save(id string, o Order) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.items[id] = draft{o, time.Now()}
	for k, v := range d.items {
		if time.Since(v.saved) > 24*time.Hour {
			delete(d.items, k)
		}
	}
}

func (d *drafts) get(id string) (Order, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.items[id]
	return v.order, ok
}

func (d *drafts) drop(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.items, id)
}
