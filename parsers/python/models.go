package python

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// entity is what a class of Django says of its table.
type entity struct {
	table    string
	abstract bool
	columns  []unit.Column
	links    map[string]link
	alchemy  bool // a model of SQLAlchemy, whose rows a session writes
}

// link is an attribute of a row that leads to other rows.
type link struct {
	unit.Link
	between string // the table that joins both, of many to many
}

// entities reads the models of Django: their tables, columns and what they refer to.
// What refers back is added where all of them are known.
func (r *resolver) entities() {
	r.apps, r.models, r.back = r.applications(), map[string]*entity{}, map[string]map[string]link{}
	r.attributes = map[string][]*unit.Holder{}
	for _, h := range r.holders {
		if h.Kind == unit.ClassVar || h.Kind == unit.Field && columnMaker(h) != "" {
			r.attributes[h.Owner] = append(r.attributes[h.Owner], h)
		}
	}
	for _, list := range r.attributes {
		slices.SortFunc(list, func(a, b *unit.Holder) int { return strings.Compare(a.ID, b.ID) })
	}
	ids := slices.DeleteFunc(sortedClasses(r.classes), func(id string) bool { return r.classes[id].Test || !r.stored(id) })
	for _, id := range ids {
		r.models[id] = &entity{links: map[string]link{}, abstract: r.meta(id, "abstract") == "True"}
	}
	for _, id := range ids {
		r.models[id].table = r.tableOf(id)
	}
	for _, id := range ids {
		r.fieldsOf(id)
	}
	r.mapTables()
}

// stored tells a class whose objects are rows of a table of Django.
func (r *resolver) stored(id string) bool {
	return r.isModel(id) && slices.ContainsFunc(r.above(id), func(above string) bool {
		return strings.Contains(above, "models.") || strings.HasPrefix(above, "django.")
	})
}

// applications are the folders that Django takes for applications, with their labels.
func (r *resolver) applications() map[string]string {
	out := map[string]string{}
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if dir := r.applicationOf(m); dir != "" && out[dir] == "" {
			out[dir] = path.Base(dir)
		}
	}
	for _, id := range sortedClasses(r.classes) {
		c := r.classes[id]
		if classKind(r.above(id)) != "app" {
			continue
		}
		if h := r.holders[id+".label"]; h != nil && h.Value.Kind == unit.Literal {
			out[path.Dir(c.module.unit.Path)] = strings.Trim(h.Value.Text, `"'`)
		}
	}
	return out
}

// applicationOf is the folder that a module makes an application: one with models, or
// with a configuration of its own.
func (r *resolver) applicationOf(m *module) string {
	if m.class.skipped() || !slices.ContainsFunc(m.loads, func(l string) bool { return strings.HasPrefix(l, "django") }) && !m.pkg {
		return ""
	}
	switch dir := path.Dir(m.unit.Path); path.Base(m.unit.Path) {
	case "apps.py", "models.py":
		return dir
	case "__init__.py":
		if path.Base(dir) == "models" {
			return path.Dir(dir)
		}
	}
	return ""
}

// appOf is the folder of the application around a file.
func (r *resolver) appOf(file string) string {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if r.apps[dir] != "" {
			return dir
		}
	}
	return path.Dir(file)
}

// meta is a plain value in the class Meta of a class, as written without quotes.
func (r *resolver) meta(id, name string) string {
	if h := r.holders[id+".Meta."+name]; h != nil && h.Value.Kind == unit.Literal {
		return strings.Trim(h.Value.Text, `"'`)
	}
	return ""
}

// tableOf is the table of a model: the one that it names, that of the class it is
// another view of, or one by Django's rule.
func (r *resolver) tableOf(id string) string {
	if name := r.meta(id, "db_table"); name != "" {
		return strings.ToLower(strings.Trim(name[strings.LastIndexByte(name, '.')+1:], `"'`))
	}
	c := r.classes[id]
	if r.meta(id, "proxy") == "True" {
		for _, s := range c.supers {
			if up := r.models[s]; up != nil && !up.abstract {
				return r.tableOf(s)
			}
		}
	}
	return r.label(id) + "_" + strings.ToLower(c.Name)
}

// label is what Django calls the application of a model.
func (r *resolver) label(id string) string {
	if label := r.meta(id, "app_label"); label != "" {
		return label
	}
	dir := r.appOf(r.classes[id].module.unit.Path)
	if label := r.apps[dir]; label != "" {
		return strings.ToLower(label)
	}
	return strings.ToLower(path.Base(dir))
}

// fieldsOf reads the attributes of a model and of the abstract ones above it.
func (r *resolver) fieldsOf(id string) {
	e := r.models[id]
	for _, at := range r.classes[id].order {
		if at != id && (r.models[at] == nil || !r.models[at].abstract) && r.stored(at) {
			continue // rows of their own
		}
		in := r.functions[r.classes[at].module.id+"."+topName]
		for _, h := range r.attributes[at] {
			by := r.makerOf(&h.Value, in)
			if by.kind != outside && by.kind != aClass {
				continue
			}
			r.fieldOf(id, e, h, by, in)
		}
	}
	slices.SortFunc(e.columns, func(a, b unit.Column) int { return strings.Compare(a.Name, b.Name) })
	e.columns = slices.Compact(e.columns)
}

// makerOf is what is called to make a value.
func (r *resolver) makerOf(v *unit.Value, fn *function) thing {
	if v.Place == nil || fn == nil || len(v.Place.Path) == 0 || !strings.HasSuffix(v.Place.Path[len(v.Place.Path)-1], "()") {
		return thing{}
	}
	return r.walk(uncalled(*v.Place), fn, fn.module)
}

// uncalled is what is called where a place is the result of a call.
func uncalled(p unit.Place) unit.Place {
	n := len(p.Path)
	out := unit.Place{Root: p.Root, Name: p.Name, Path: slices.Clone(p.Path[:n-1])}
	if p.Path[n-1] != "()" {
		out.Path = append(out.Path, strings.TrimSuffix(p.Path[n-1], "()"))
	}
	return out
}

// fieldOf adds one attribute of a model.
func (r *resolver) fieldOf(id string, e *entity, h *unit.Holder, by thing, in *function) {
	name := by.id[strings.LastIndexByte(by.id, '.')+1:]
	if by.kind == aClass {
		if above := r.above(by.id); len(above) > 0 {
			name = above[0][strings.LastIndexByte(above[0], '.')+1:]
		}
	}
	if typ := columnTypes[name]; typ != "" {
		e.columns = append(e.columns, unit.Column{Name: h.Name, Type: typ})
		return
	}
	l := link{Link: unit.Link{Name: h.Name, Location: h.Location}}
	switch name {
	case "ForeignKey", "OneToOneField", "ParentalKey":
		l.Key = true
	case "ManyToManyField":
		l.Many = true
	default:
		if strings.HasSuffix(name, "Field") && !strings.HasPrefix(name, "Generic") {
			e.columns = append(e.columns, unit.Column{Name: h.Name, Type: "varchar"})
		}
		return
	}
	if l.To = r.referred(id, argument(&h.Value, 0, "to"), in); l.To == "" {
		return
	}
	if l.Key {
		e.columns = append(e.columns, unit.Column{Name: h.Name + "_id", Type: "bigint"})
	} else if l.between = r.models[id].table + "_" + h.Name; argument(&h.Value, -1, "through") != nil {
		l.between = ""
		if through := r.referred(id, argument(&h.Value, -1, "through"), in); through != "" {
			l.between = r.models[through].table
		}
	}
	e.links[h.Name] = l
	if !e.abstract {
		r.refersBack(id, l, argument(&h.Value, -1, "related_name"), name)
	}
}

// refersBack adds to the class that a link leads to the attribute that leads back.
func (r *resolver) refersBack(id string, l link, related *unit.Value, field string) {
	class := r.classes[id]
	back := link{Link: unit.Link{Name: strings.ToLower(class.Name) + "_set", To: id, Many: field != "OneToOneField"}, between: l.between}
	if !back.Many {
		back.Name = strings.ToLower(class.Name)
	}
	if related != nil && related.Kind == unit.Literal {
		back.Name = strings.NewReplacer("%(class)s", strings.ToLower(class.Name), "%(app_label)s", r.label(id)).Replace(strings.Trim(related.Text, `"'`))
	}
	if r.back[l.To] == nil {
		r.back[l.To] = map[string]link{}
	}
	r.back[l.To][back.Name] = back
}

// argument is an argument of the call that a value is: by its place, or its name.
func argument(v *unit.Value, at int, name string) *unit.Value {
	for i := range v.Parts {
		p := &v.Parts[i]
		if p.Type == pair && p.Callee == name && len(p.Parts) > 0 {
			return &p.Parts[0]
		}
		if i == at && p.Type != pair {
			return p
		}
	}
	return nil
}

// referred is the model that an argument names: by the class, by "Class" or by
// "label.Class".
func (r *resolver) referred(from string, v *unit.Value, in *function) string {
	if v == nil {
		return ""
	}
	if v.Kind != unit.Literal {
		if v.Place == nil {
			return ""
		}
		t := r.walk(*v.Place, in, in.module)
		if t.kind == outside && strings.HasSuffix(t.id, ".AUTH_USER_MODEL") {
			return r.userModel()
		}
		if t.kind == aClass && r.models[t.id] != nil {
			return t.id
		}
		return ""
	}
	return r.modelCalled(from, strings.Trim(v.Text, `"'`))
}

// modelCalled finds a model by a name as Django has it.
func (r *resolver) modelCalled(from, name string) string {
	if name == "self" {
		return from
	}
	label, class, both := strings.Cut(name, ".")
	if !both {
		class = name
		if from != "" {
			label = r.label(from)
		}
	}
	if r.named == nil {
		r.named = map[string]string{}
		for _, id := range sortedClasses(r.classes) {
			if r.models[id] != nil {
				r.named[r.label(id)+"."+strings.ToLower(r.classes[id].Name)] = id
			}
		}
	}
	return r.named[strings.ToLower(label+"."+class)]
}

// userModel is the class that the settings say users are of.
func (r *resolver) userModel() string {
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if h := r.holders[id+".AUTH_USER_MODEL"]; h != nil && !m.class.skipped() && h.Value.Kind == unit.Literal {
			if to := r.modelCalled("", strings.Trim(h.Value.Text, `"'`)); to != "" {
				return to
			}
		}
	}
	return ""
}

// related is what an attribute of a row leads to, if that is other rows.
func (r *resolver) related(class, name string) (thing, bool) {
	for _, at := range r.classes[class].order {
		var l link
		e := r.models[at]
		if e != nil {
			l = e.links[name]
		}
		if l.To == "" {
			l = r.back[at][name]
		}
		switch {
		case l.To == "":
			continue
		case l.Many:
			return thing{kind: outside, id: rows, model: l.To, between: l.between}, true
		}
		return thing{kind: aValue, typ: l.To}, true
	}
	return thing{}, false
}

// column tells a column of a model.
func (r *resolver) column(class, name string) bool {
	e := r.models[class]
	return e != nil && (name == "pk" || name == "id" || slices.ContainsFunc(e.columns, func(c unit.Column) bool { return c.Name == name }))
}

// declareEntities hands over the models, and which folders are applications.
func (r *resolver) declareEntities() {
	for _, id := range sortedClasses(r.classes) {
		e, c := r.models[id], r.classes[id]
		if e == nil || e.abstract {
			continue
		}
		out := unit.Entity{Type: id, Table: strings.ToLower(e.table), Columns: append([]unit.Column{{Name: "id", Type: "bigint"}}, e.columns...), Location: c.Location}
		if e.alchemy {
			out.Columns = e.columns // all of them are written
		}
		for _, name := range sortedLinks(e.links) {
			out.Links = append(out.Links, e.links[name].Link)
		}
		c.module.unit.Entities = append(c.module.unit.Entities, out)
	}
	features := r.features()
	for _, m := range r.modules {
		if m.unit.Component = r.applicationOf(m); m.unit.Component == "" && features[path.Dir(m.unit.Path)] {
			m.unit.Component = path.Dir(m.unit.Path)
		}
	}
}

func sortedLinks(m map[string]link) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// columnTypes are the columns that the fields of Django make.
var columnTypes = map[string]string{
	"AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint", "IntegerField": "integer", "BigIntegerField": "bigint", "SmallIntegerField": "smallint",
	"PositiveIntegerField": "integer", "PositiveSmallIntegerField": "smallint", "PositiveBigIntegerField": "bigint", "FloatField": "float", "DecimalField": "decimal",
	"BooleanField": "boolean", "NullBooleanField": "boolean", "CharField": "varchar", "SlugField": "varchar", "EmailField": "varchar", "URLField": "varchar",
	"FileField": "varchar", "ImageField": "varchar", "FilePathField": "varchar", "TextField": "text", "DateField": "date", "DateTimeField": "timestamp",
	"TimeField": "time", "DurationField": "interval", "UUIDField": "uuid", "JSONField": "jsonb", "BinaryField": "bytea", "GenericIPAddressField": "inet", "ArrayField": "jsonb",
}
