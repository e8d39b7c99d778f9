package bindings

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed bindings.txt
var text string

// Resource is something that an application keeps somewhere.
type Resource string

// The resources of which bindings are known.
const (
	Cache     Resource = "cache"
	Limiter   Resource = "limiter"
	Session   Resource = "session"
	Jobs      Resource = "jobs"
	Upload    Resource = "upload"
	Storage   Resource = "storage"
	PageCache Resource = "page-cache"
	Flags     Resource = "flags"
	Bus       Resource = "bus"
	Database  Resource = "database"
	Cable     Resource = "cable"
	Secret    Resource = "secret"
)

// Where says what kind of place a backend is.
type Where string

// The kinds of place. Elsewhere is one that copies share, or one that is not known.
const (
	Elsewhere Where = ""
	Memory    Where = "memory"
	Disk      Where = "disk"
	Threads   Where = "threads" // of the process that hands in the work
	Inline    Where = "inline"  // while the caller waits
	Relay     Where = "local"   // reaches only what is inside the process
	inCache   Where = "cache"   // in the cache of the application, wherever that is
	shared    Where = "shared"
)

// knowledge is bindings.txt, read.
type knowledge struct {
	places   map[Resource]map[string]Where
	defaults map[Resource]string
	users    map[Resource][]use
	brings   map[Resource][]string // modules that bring a place of their own
}

// use is a way in which a resource is used.
type use struct {
	how   string
	words []string
}

var known = sync.OnceValue(func() knowledge { return parse(text) })

func parse(text string) knowledge {
	k := knowledge{map[Resource]map[string]Where{}, map[Resource]string{}, map[Resource][]use{}, map[Resource][]string{}}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		resource := Resource(words[1])
		switch words[0] {
		case "backend":
			if k.places[resource] == nil {
				k.places[resource] = map[string]Where{}
			}
			k.places[resource][words[2]] = Where(words[3])
		case "default":
			k.defaults[resource] = words[2]
		case "brings":
			k.brings[resource] = append(k.brings[resource], words[2])
		case "user":
			k.users[resource] = append(k.users[resource], use{words[2], words[3:]})
		}
	}
	return k
}

// place tells where a backend keeps what it is given.
func (k knowledge) place(r Resource, name string) Where {
	if where, ok := k.places[r]["*"]; ok {
		return where
	}
	return k.places[r][name]
}
