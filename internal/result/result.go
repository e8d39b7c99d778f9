// Package result is the JSON contract of stateaudit as Go types. Every output
// format is a view of one Result.
package result

import "github.com/stateaudit/stateaudit/internal/unit"

// SchemaVersion is the version of the JSON contract.
const SchemaVersion = "1"

// Level grades a finding.
type Level string

// The levels, from harmless to harmful.
const (
	Note    Level = "note"
	Warning Level = "warning"
	Error   Level = "error"
)

// Rank orders levels: a higher one is worse; 0 is no level.
func (l Level) Rank() int {
	switch l {
	case Note:
		return 1
	case Warning:
		return 2
	case Error:
		return 3
	}
	return 0
}

// Category says what the state is.
type Category string

// The categories, defined in docs/vocabulary.
const (
	Cache    Category = "cache"
	Counter  Category = "counter"
	Flag     Category = "flag"
	Registry Category = "registry"
	Session  Category = "session"
	Worker   Category = "worker"
	Lock     Category = "lock"
	Client   Category = "client"
	Config   Category = "config"
	Metrics  Category = "metrics"
	Sync     Category = "sync"
	Other    Category = "other"
)

// Group is one of the four groups of singletons that the inventory leads with.
type Group string

// The groups.
const (
	RateLimiter  Group = "rate-limiter"
	FeatureFlag  Group = "feature-flag"
	ClientPool   Group = "client-pool"
	TenantConfig Group = "tenant-config"
)

// Phase says when a function runs.
type Phase string

// The phases.
const (
	Boot    Phase = "boot"
	Serving Phase = "serving"
	// UnknownPhase is neither: nothing in the checkout was seen to call it.
	UnknownPhase Phase = "unknown"
)

// Result is one audit.
type Result struct {
	SchemaVersion string `json:"schemaVersion"`
	Tool          Tool   `json:"tool"`
	Root          string `json:"root"`
	// Paths are what the user asked for below the root; none stands for all of it.
	// With paths, findings are those at or below them, and the ranking is left out.
	Paths      []string                `json:"paths,omitempty"`
	StartedAt  string                  `json:"startedAt"`
	DurationMs int64                   `json:"durationMs"`
	Languages  map[string]LanguageStat `json:"languages"`
	Summary    Summary                 `json:"summary"`
	Findings   []Finding               `json:"findings"`
	Domains    []Domain                `json:"domains"`
	Candidates []Candidate             `json:"candidates"`
	Edges      []Edge                  `json:"edges"`
	Errors     []unit.Problem          `json:"errors"`
}

// Tool names the program that wrote a result.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// LanguageStat counts what was read of a language.
type LanguageStat struct {
	Files    int `json:"files"`
	Packages int `json:"packages"`
	Lines    int `json:"lines"`
	// Incomplete counts packages or files that were understood only in part.
	Incomplete int `json:"incomplete"`
}

// Summary counts the findings that are not suppressed.
type Summary struct {
	ByRule     map[string]int `json:"byRule"`
	ByCategory map[string]int `json:"byCategory"`
	ByLevel    map[string]int `json:"byLevel"`
}

// Finding is a rule's verdict at a place.
type Finding struct {
	ID         string        `json:"id"` // fingerprint: rule, symbol and path, never the line
	Rule       string        `json:"rule"`
	Category   Category      `json:"category"`
	Group      *Group        `json:"group"`
	Level      Level         `json:"level"`
	Message    string        `json:"message"`
	Symbol     string        `json:"symbol"`
	Language   unit.Language `json:"language"`
	Domain     string        `json:"domain"`
	Location   unit.Location `json:"location"`
	Evidence   []Evidence    `json:"evidence"`
	Related    []string      `json:"related"`
	Fix        string        `json:"fix"`
	Suppressed *Suppression  `json:"suppressed"`
}

// EvidenceKind says what a piece of evidence shows.
type EvidenceKind string

// The kinds of evidence.
const (
	Declaration EvidenceKind = "declaration"
	WriteAt     EvidenceKind = "write"
	ReadAt      EvidenceKind = "read"
	CallAt      EvidenceKind = "call"
	ConfigAt    EvidenceKind = "config"
	TypeAt      EvidenceKind = "type"
)

// Evidence is a place that a finding rests on.
type Evidence struct {
	Kind     EvidenceKind  `json:"kind"`
	Phase    Phase         `json:"phase"`
	Function string        `json:"function"`
	Location unit.Location `json:"location"`
	Note     string        `json:"note"`
}

// The kinds of suppression.
const (
	Inline     = "inline"   // a comment beside the code
	InBaseline = "baseline" // an entry in the baseline file
)

// Suppression says why a finding is kept out of the summary.
type Suppression struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// Domain is a bounded context.
type Domain struct {
	Name   string   `json:"name"`
	Source string   `json:"source"`
	Paths  []string `json:"paths"`
	Files  int      `json:"files"`
	Lines  int      `json:"lines"`
	Tables []string `json:"tables"`
}

// Candidate is a domain with its dimensions, score and rank.
type Candidate struct {
	Rank                int                `json:"rank"`
	Domain              string             `json:"domain"`
	Score               float64            `json:"score"`
	DomainClarity       float64            `json:"domainClarity"`
	AsyncViability      float64            `json:"asyncViability"`
	SharedStateCoupling float64            `json:"sharedStateCoupling"`
	BlastRadius         float64            `json:"blastRadius"`
	Traffic             float64            `json:"traffic"`
	Inputs              map[string]float64 `json:"inputs"`
	Blockers            []string           `json:"blockers"`
	Events              []Event            `json:"events"`
}

// Event is the contract proposed for a call that can become an event.
type Event struct {
	Name     string         `json:"name"`
	Version  int            `json:"version"`
	Payload  []EventField   `json:"payload"`
	Location *unit.Location `json:"location,omitempty"`
}

// EventField is one attribute of an event's payload.
type EventField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Personal bool   `json:"personal"`
}

// Edge is a dependency between two domains.
type Edge struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	Sync  bool   `json:"sync"`
}
