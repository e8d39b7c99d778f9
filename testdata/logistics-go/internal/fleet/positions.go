package fleet

import (
	"sync"
	"time"
)

// Position is where a vehicle was last.
type Position struct {
	VehicleID int64     `json:"vehicleId"`
	Latitude  float64   `json:"latitude"`
	Longitude float64   `json:"longitude"`
	Speed     int       `json:"speed"`
	At        time.Time `json:"at"`
}

// positions keeps the last position of every vehicle, for the dispatchers' map.
// They are stored nowhere else, and come again within a minute.
type positions struct {
	mu   sync.RWMutex
	last map[int64]Position // want: in-process-cache
}

func newPositions() *positions { return &positions{last: map[int64]Position{}} }

// put keeps a position unless a later one is known.
func (p *positions) put(at Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if have, ok := p.last[at.VehicleID]; !ok || have.At.Before(at.At) {
		p.last[at.VehicleID] = at
	}
}

func (p *positions) all() []Position {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := make([]Position, 0, len(p.last))
	for _, at := range p.last {
		out = append(out, at)
	}
	return out
}
