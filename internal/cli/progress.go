package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is one line on a terminal that is rewritten while work goes on.
type progress struct {
	mu      sync.Mutex
	now     func() time.Time
	w       io.Writer
	live    bool // draws the line
	verbose bool // tells how long each stage took
	start   time.Time
	drawn   time.Time
	stage   string
	since   time.Time
}

// newProgress draws only on a terminal; elsewhere it keeps silent, unless it is
// asked for times.
func newProgress(env Env, w io.Writer, quiet, verbose bool) *progress {
	now := env.Now()
	return &progress{
		now: env.Now, w: w, start: now, drawn: now,
		live:    !quiet && env.Width(w) > 0,
		verbose: verbose,
	}
}

// update notes how far a stage has come.
func (p *progress) update(stage string, done, total int) {
	if !p.live && !p.verbose {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if stage != p.stage {
		p.closeStage(now)
		p.stage, p.since = stage, now
	}
	p.draw(now, done, total)
}

// draw waits for half a second, so that short work shows nothing, and leaves a
// tenth of one between two lines.
func (p *progress) draw(now time.Time, done, total int) {
	if !p.live || now.Sub(p.start) < 500*time.Millisecond || now.Sub(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = now
	text := p.stage
	if total > 0 {
		text += fmt.Sprintf(" %d/%d", done, total)
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
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
	p.closeStage(p.now())
	p.erase()
}

func (p *progress) erase() {
	if p.live && p.drawn.After(p.start) {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
