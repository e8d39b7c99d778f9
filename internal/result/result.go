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

// Confidence says how much of what a finding rests on was followed: it is that of
// the weakest step.
type Confidence string

// The confidences.
const (
	// Proven: every step was followed, or is written down.
	Proven Confidence = "proven"
	// Likely: a step holds unless the code is unusual, such as a framework that calls
	// what it loads, or a condition that decides in production.
	Likely Confidence = "likely"
	// Guessed: a step is a guess, such as a call that only its name leads to, or a
	// file that is a sample of the real one.
	Guessed Confidence = "guessed"
)

// Confidences lists them, the surest first.
func Confidences() []Confidence { return []Confidence{Proven, Likely, Guessed} }

// Rank orders confidences: a higher one is surer. None said is proven.
func (c Confidence) Rank() int {
	switch c {
	case Guessed:
		return 1
	case Likely:
		return 2
	}
	return 3
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
	Paths []string `json:"paths,omitempty"`
	// Owners are whose findings the user asked for; none stands for all.
	Owners     []string                `json:"owners,omitempty"`
	StartedAt  string                  `json:"startedAt"`
	DurationMs int64                   `json:"durationMs"`
	Languages  map[string]LanguageStat `json:"languages"`
	Summary    Summary                 `json:"summary"`
	Findings   []Finding               `json:"findings"`
	Domains    []Domain                `json:"domains"`
	Candidates []Candidate             `json:"candidates"`
	Edges      []Edge                  `json:"edges"`
	Workloads  []Workload              `json:"workloads"`
	Reach      []Reach                 `json:"reach"`
	LeftOut    []LeftOut               `json:"leftOut"`
	Errors     []unit.Problem          `json:"errors"`
}

// Reach is how much of what a program could run it was seen to run. What nothing
// reaches is not judged, so that silence about it proves nothing.
type Reach struct {
	Entry    string        `json:"entry"`
	Language unit.Language `json:"language"`
	Location unit.Location `json:"location"`
	// Functions are those in the packages that the program is made of, without tests,
	// generated code and tools.
	Functions int `json:"functions"`
	// Reached are those of them that it runs, Unreached those that no entry of the
	// checkout does.
	Reached   int `json:"reached"`
	Unreached int `json:"unreached"`
	// Low says that so little is reached that a part of the program is probably started
	// in a way that is not known.
	Low bool `json:"low"`
	// Behind are the functions outside the checkout that probably run what is not
	// reached: they are handed objects of the types in question.
	Behind []Behind `json:"behind"`
	// Drafts are entries for the configuration that would bring in most of the rest.
	Drafts []Draft `json:"drafts"`
}

// Behind is a call that hands something of the checkout to code outside.
type Behind struct {
	Call      string        `json:"call"`
	Hands     string        `json:"hands"`
	Functions int           `json:"functions"` // that are not reached, of what it hands over
	Location  unit.Location `json:"location"`
}

// Draft is a pattern of functions that nothing calls, and how many would be reached
// if they ran.
type Draft struct {
	Function string `json:"function"`
	Brings   int    `json:"brings"`
}

// What a workload says.
const (
	Copies    = "copies"
	Processes = "processes"
	OneCopy   = "one-copy"
)

// Workload is what a deployment file says of how often something runs.
type Workload struct {
	Name string `json:"name"`
	// Kind tells copies, processes inside a copy, and what holds it at one copy.
	Kind string `json:"kind"`
	// Copies is the number, or the least and most ("2-8"), or what holds it at
	// one; empty if a variable that could not be read decides.
	Copies      string   `json:"copies"`
	Environment string   `json:"environment"`
	Runs        []string `json:"runs"`
	// Programs are those of the checkout that it runs, as Tie shows; none if it is
	// only context.
	Programs []string      `json:"programs"`
	Tie      string        `json:"tie"`
	Location unit.Location `json:"location"`
}

// LeftOut is a folder that is no part of the audited program; "." stands for files that
// lie beside code of the program.
type LeftOut struct {
	Folder string `json:"folder"`
	Files  int    `json:"files"`
	Reason Reason `json:"reason"`
}

// Reason says why something is no part of the audited program.
type Reason string

// The reasons. Only fixtures are not read at all, unless they are programs.
const (
	Fixtures Reason = "fixtures or examples"
	Tests    Reason = "tests"
	Doubles  Reason = "generated for tests"
	Vendored Reason = "code of others"
)

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
	ID         string     `json:"id"` // fingerprint: rule, symbol and path, never the line
	Rule       string     `json:"rule"`
	Category   Category   `json:"category"`
	Group      *Group     `json:"group"`
	Level      Level      `json:"level"`
	Confidence Confidence `json:"confidence"`
	// Doubt is why it is not proven.
	Doubt    string        `json:"doubt,omitempty"`
	Message  string        `json:"message"`
	Symbol   string        `json:"symbol"`
	Language unit.Language `json:"language"`
	Domain   string        `json:"domain"`
	// Owners are who owns the file by CODEOWNERS.
	Owners     []string      `json:"owners,omitempty"`
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
	// Entry tells that Function is where a request, a job, a loop or a schedule enters.
	Entry bool `json:"entry,omitempty"`
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
	Name    string       `json:"name"`
	Version int          `json:"version"`
	Payload []EventField `json:"payload"`
	// LeftOut names what the consumer reads and no event may carry: secrets.
	LeftOut []string `json:"leftOut,omitempty"`
	// NotDerived says why there is no payload, where there is none.
	NotDerived string         `json:"notDerived,omitempty"`
	Location   *unit.Location `json:"location,omitempty"`
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
