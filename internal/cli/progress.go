package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress shows that work goes on: on a terminal a line that is rewritten, in the
// log of a CI service a line now and then, since such services end jobs that keep
// silent, and elsewhere nothing.
type progress struct {
	mu      sync.Mutex
	now     func() time.Time
	w       io.Writer
	live    bool // draws the line
	logs    bool // writes lines to a log
	verbose bool // tells how long each stage took
	start   time.Time
	drawn   time.Time
	logged  time.Time
	stage   string
	since   time.Time
	done    int
	total   int
	stop    chan struct{}
}

// logEvery is the time between two lines in a log.
const logEvery = 10 * time.Second

// newProgress begins to show progress, until finish.
func newProgress(env Env, w io.Writer, quiet, verbose bool) *progress {
	now := env.Now()
	live := !quiet && env.Width(w) > 0
	p := &progress{
		now: env.Now, w: w, start: now, drawn: now, logged: now,
		live:    live,
		logs:    !quiet && !live && inCI(env.Getenv),
		verbose: verbose,
		stop:    make(chan struct{}),
	}
	if p.live || p.logs {
		go p.beat()
	}
	return p
}

// inCI tells whether a CI service runs the program: they set CI, and some to false
// where they do not.
func inCI(getenv func(string) string) bool {
	if getenv == nil {
		return false
	}
	v := getenv("CI")
	return v != "" && v != "false" && v != "0"
}

// beat lets the line show that time passes where a stage has nothing to count.
func (p *progress) beat() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.tick()
		}
	}
}

func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show(p.now())
}

// update notes how far a stage has come.
func (p *progress) update(stage string, done, total int) {
	if !p.live && !p.verbose && !p.logs {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if stage != p.stage {
		p.closeStage(now)
		p.stage, p.since = stage, now
	}
	p.done, p.total = done, total
	p.show(now)
}

// show waits for half a second, so that short work shows nothing, and leaves a
// tenth of one between two lines on a terminal, ten of them in a log.
func (p *progress) show(now time.Time) {
	switch {
	case p.stage == "":
	case p.live && now.Sub(p.start) >= 500*time.Millisecond && now.Sub(p.drawn) >= 100*time.Millisecond:
		p.drawn = now
		fmt.Fprintf(p.w, "\r\x1b[K%s", p.text(now))
	case p.logs && now.Sub(p.logged) >= logEvery:
		p.logged = now
		fmt.Fprintf(p.w, "stateaudit: %s\n", p.text(now))
	}
}

// text says what is being done, how far it is, and how long all took so far.
func (p *progress) text(now time.Time) string {
	text := p.stage
	switch {
	case p.total > 0:
		text += fmt.Sprintf(" %d/%d", p.done, p.total)
	case p.done > 0:
		text += fmt.Sprintf(" %d", p.done)
	}
	if took := now.Sub(p.start); took >= 5*time.Second {
		text += fmt.Sprintf(" (%d s)", int(took.Seconds()))
	}
	return text
}

func (p *progress) closeStage(now time.Time) {
	if p.verbose && p.stage != "" {
		p.erase()
		fmt.Fprintf(p.w, "%s: %s\n", p.stage, now.Sub(p.since).Round(time.Millisecond))
	}
}

// finish removes the line.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.stop)
	p.closeStage(p.now())
	p.erase()
	p.stage = ""
}

func (p *progress) erase() {
	if p.live && p.drawn.After(p.start) {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
