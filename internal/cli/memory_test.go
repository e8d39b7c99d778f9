package cli

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/fstest"
	"time"
)

func systemOf(content map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range content {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestSoftLimitIsHalfOfWhatThereIs(t *testing.T) {
	const machine = "MemTotal:       16384 kB\nMemFree:  1 kB\n"
	for name, c := range map[string]struct {
		system map[string]string
		want   int64
	}{
		"machine":            {map[string]string{"proc/meminfo": machine}, 8 << 20},
		"container":          {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4194304\n"}, 2 << 20},
		"no limit":           {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 8 << 20},
		"a group around":     {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "1048576\n"}, 1 << 19},
		"first version":      {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "5:cpu,memory:/x\n0::/y\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2097152\n"}, 1 << 20},
		"more than there is": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "9223372036854771712\n"}, 8 << 20},
		"another system":     {nil, 0},
		"nonsense":           {map[string]string{"proc/meminfo": "MemTotal: many kB\n", "proc/self/cgroup": "x\n"}, 0},
	} {
		if got := softLimit(systemOf(c.system)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestLimitNeverFallsBelowWhatIsLive(t *testing.T) {
	for _, c := range []struct {
		limit int64
		live  uint64
		want  int64
	}{{100, 10, 100}, {100, 80, 120}, {100, 1000, 1500}, {100, math.MaxUint64, math.MaxInt64}} {
		if got := raised(c.limit, c.live); got != c.want {
			t.Errorf("limit %d, live %d: %d, want %d", c.limit, c.live, got, c.want)
		}
	}
}

// TestLimitFollowsTheHeap keeps more alive than the limit allows: the limit has to
// give way.
func TestLimitFollowsTheHeap(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	const tight = 1 << 20
	debug.SetMemoryLimit(tight)
	keepAbove(tight)
	live := make([]byte, 32<<20)
	for range 200 {
		runtime.GC()
		if debug.SetMemoryLimit(-1) > int64(len(live)) {
			return
		}
		time.Sleep(5 * time.Millisecond) // finalizers run beside us
	}
	t.Errorf("the limit stayed at %d bytes below %d that are live", debug.SetMemoryLimit(-1), len(live))
	runtime.KeepAlive(live)
}
