package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// shards is into how many texts the units of a front end are divided: a changed file
// has one of them written anew.
const shards = 16

// keptUnits are the units of an earlier audit, by what they were made of: the path and
// content of a file. To read one takes an eighth of the time that parsing takes.
type keptUnits struct {
	store  frontend.Store
	name   string
	known  madeOf // what a survey has read; zero without one
	before [shards]map[madeOf]*unit.Unit
	now    [shards][]keptUnit
	fresh  [shards]bool // something in it was parsed
	mu     sync.Mutex
}

type madeOf [sha256.Size]byte

// surveyed lets a front end survey its files, and returns it with a digest of what
// that depended on: which files there are, and the content of those that it read.
func surveyed(fe frontend.FrontEnd, files []string, read func(file string) []byte) (frontend.FrontEnd, madeOf) {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%q\n", f)
	}
	fe.ParseFile = fe.Survey(files, func(file string) []byte {
		content := read(file)
		fmt.Fprintf(h, "%q %d %x\n", file, len(content), sha256.Sum256(content))
		return content
	})
	return fe, madeOf(h.Sum(nil))
}

type keptUnit struct {
	Of   madeOf
	Unit *unit.Unit
}

// keptFor reads what is kept for a front end; nil if there is no store. Known is what
// its units depend on beside their own files.
func (o Options) keptFor(fe frontend.FrontEnd, known madeOf) *keptUnits {
	if o.Units == nil {
		return nil
	}
	k := &keptUnits{store: o.Units, name: "units of " + string(fe.Language), known: known}
	k.each(func(i int) {
		k.before[i] = map[madeOf]*unit.Unit{}
		content, ok := k.store.Get(k.shard(i))
		var all []keptUnit
		if !ok || gob.NewDecoder(bytes.NewReader(content)).Decode(&all) != nil {
			return
		}
		for _, u := range all {
			k.before[i][u.Of] = u.Unit
		}
	})
	return k
}

func (k *keptUnits) shard(i int) string { return fmt.Sprintf("%s, %d of %d", k.name, i, shards) }

// each does something for all shards in parallel.
func (k *keptUnits) each(do func(i int)) {
	var all sync.WaitGroup
	for i := range shards {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// parse is the unit of a file: the one that is kept, or what make makes.
func (k *keptUnits) parse(file string, content []byte, make func() *unit.Unit) *unit.Unit {
	if k == nil {
		return make()
	}
	h := fnv.New32a()
	h.Write([]byte(file))
	i := h.Sum32() % shards
	of := madeOf(sha256.Sum256(slices.Concat(k.known[:], []byte(file+"\x00"), content)))
	u, known := k.before[i][of]
	if !known {
		u = make()
	}
	if u == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now[i] = append(k.now[i], keptUnit{of, u})
	k.fresh[i] = k.fresh[i] || !known
	return u
}

// keep stores what has changed. It has to be done before units are resolved.
func (k *keptUnits) keep() {
	if k == nil {
		return
	}
	k.each(func(i int) {
		if !k.fresh[i] && len(k.now[i]) == len(k.before[i]) {
			return
		}
		var content bytes.Buffer
		if gob.NewEncoder(&content).Encode(k.now[i]) == nil { // else there is nothing to read next time
			k.store.Put(k.shard(i), content.Bytes())
		}
	})
}
