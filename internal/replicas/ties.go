package replicas

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog/services"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Program is something in the checkout that deployment files may run.
type Program struct {
	Name     string   // as a reader would call it
	Names    []string // what an image or a workload of it may be called; none if unknown
	Folder   string   // "" for the root
	Language unit.Language
	// Lives tells whether what a finding is about lives in the program.
	Lives func(*result.Finding) bool
}

// tie joins a workload to the programs that it may run, and says by what.
type tie struct {
	programs []int
	why      string
}

func (t tie) runs(program int) bool { return slices.Contains(t.programs, program) }

// workload is what the settings of one subject in one folder of deployment say
// it runs.
type workload struct {
	subject  string
	images   []string
	builds   []string
	commands []string
	files    []string
}

// workloads gathers by subject what settings say is run. An autoscaler names its
// target and no image.
func workloads(settings []unit.Setting) map[string]*workload {
	out := map[string]*workload{}
	for _, s := range settings {
		switch s.Kind {
		case unit.SettingReplicas, unit.SettingAutoscaling, unit.SettingProcesses, unit.SettingSingleCopy, unit.SettingVolume, unit.SettingSharedVolume:
		default:
			continue
		}
		w := out[s.Subject]
		if w == nil {
			w = &workload{subject: s.Subject}
			out[s.Subject] = w
		}
		for _, v := range s.Values {
			w.images = append(w.images, v.Text)
		}
		if s.Build != "" {
			w.builds = append(w.builds, s.Build)
		}
		w.commands = append(w.commands, s.Commands...)
		w.files = append(w.files, s.Location.File)
	}
	return out
}

// ties finds for each workload the programs that it runs. A workload that shows
// nothing of what it runs is tied by elimination: if it is the only one beside
// the only program.
func ties(settings []unit.Setting, programs []Program) map[string]tie {
	out := map[string]tie{}
	all := workloads(settings)
	for subject, w := range all {
		if t := w.tied(programs); len(t.programs) > 0 {
			out[subject] = t
		}
	}
	if len(programs) != 1 {
		return out
	}
	if w := alone(settings, all, out); w != nil && !w.contradicts(programs[0]) {
		out[w.subject] = tie{[]int{0}, "the only workload beside the only program"}
	}
	return out
}

// tied finds the programs that a workload shows it runs.
func (w *workload) tied(programs []Program) tie {
	for _, by := range []struct {
		why string
		fit func(Program) bool
	}{
		{"its image", w.image},
		{"its command", w.command},
		{"the folder that it is built from", w.build},
		{"its name", func(p Program) bool { return called(w.subject, p) }},
		{"its folder", w.folder},
	} {
		var fits []int
		for i, p := range programs {
			if by.fit(p) {
				fits = append(fits, i)
			}
		}
		if len(fits) > 0 {
			return tie{narrowed(w, fits, programs), by.why}
		}
	}
	return tie{}
}

// narrowed keeps, of programs that share the name of their module, the one whose
// own name the workload has too.
func narrowed(w *workload, fits []int, programs []Program) []int {
	var exact []int
	texts := append([]string{w.subject}, w.images...)
	texts = append(texts, w.commands...)
	for _, i := range fits {
		if len(programs[i].Names) > 0 && slices.ContainsFunc(texts, func(t string) bool { return hasWord(t, programs[i].Names[0]) }) {
			exact = append(exact, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return fits
}

func hasWord(text, name string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
	return slices.Contains(words, name)
}

// called tells whether a name is a program's, if only in part: shop-web of shop.
func called(name string, p Program) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), "@")
	name = path.Base(name)
	name, _, _ = strings.Cut(name, ":")
	for _, own := range p.Names {
		if name == own || strings.HasPrefix(name, own+"-") || strings.HasPrefix(name, own+"_") || strings.HasPrefix(name, own+".") || strings.HasSuffix(name, "-"+own) {
			return true
		}
	}
	return false
}

func (w *workload) image(p Program) bool {
	return slices.ContainsFunc(w.images, func(image string) bool { return !services.Infrastructure(image) && called(image, p) })
}

// rubyServer is a command that starts a web server of a Ruby application.
var rubyServer = regexp.MustCompile(`\b(puma|unicorn|passenger|thin|falcon|rackup|iodine)\b|\brails (s|server)\b`)

func (w *workload) command(p Program) bool {
	return slices.ContainsFunc(w.commands, func(c string) bool {
		if p.Language == unit.Ruby {
			return rubyServer.MatchString(c)
		}
		first, _, _ := strings.Cut(strings.TrimSpace(c), " ")
		return slices.Contains(p.Names, strings.ToLower(path.Base(first)))
	})
}

// build tells whether the folder that an image is built from holds the program.
func (w *workload) build(p Program) bool {
	return slices.ContainsFunc(w.builds, func(b string) bool {
		return b == "." || b == p.Folder || strings.HasPrefix(p.Folder, b+"/") || strings.HasPrefix(b, p.Folder+"/")
	})
}

// folder tells whether the files lie in the program's part of the tree.
func (w *workload) folder(p Program) bool {
	return slices.ContainsFunc(w.files, func(file string) bool {
		scope := scopeOf(file)
		return scope != "" && (p.Folder == scope || strings.HasPrefix(p.Folder, scope+"/"))
	})
}

// contradicts tells whether an image says that the workload runs something else
// than a program whose names are known.
func (w *workload) contradicts(p Program) bool {
	if len(p.Names) == 0 {
		return false
	}
	return slices.ContainsFunc(w.images, func(image string) bool {
		return image != "build" && strings.Contains(image, "/") && !strings.ContainsAny(image, "${}~<")
	}) && !w.image(p)
}

// alone finds the one workload that is not told by what it runs, or of several
// the one that is called the web server.
func alone(settings []unit.Setting, all map[string]*workload, tied map[string]tie) *workload {
	images := imagesOf(settings)
	seen := map[string]bool{}
	var left, web []*workload
	for _, s := range settings {
		counts := s.Kind == unit.SettingReplicas || s.Kind == unit.SettingAutoscaling || s.Kind == unit.SettingProcesses || s.Kind == unit.SettingSingleCopy && !strings.HasSuffix(s.Value, "volume")
		if !counts || seen[s.Subject] || !served(s) || !ofApplication(s, images) {
			continue
		}
		seen[s.Subject] = true
		if len(tied[s.Subject].programs) > 0 {
			return nil
		}
		left = append(left, all[s.Subject])
		if services.Web(s.Subject) {
			web = append(web, all[s.Subject])
		}
	}
	switch {
	case len(left) == 1:
		return left[0]
	case len(web) == 1:
		return web[0]
	}
	return nil
}
