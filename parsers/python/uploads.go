package python

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// uploads are where files are kept that models have.
func (d *django) uploads() {
	d.appUploads()
	if !d.keepsFiles() {
		return
	}
	list := d.entry("STORAGES", "default", "BACKEND")
	if len(list) == 0 {
		list = d.entry("DEFAULT_FILE_STORAGE")
	}
	name := "STORAGES"
	if len(list) == 0 {
		if len(d.of("STORAGES"))+len(d.of("DEFAULT_FILE_STORAGE")) == 0 {
			d.omit(unit.SettingUploadStorage, "STORAGES", name, "local_folder", "")
		}
		return
	}
	d.put(unit.SettingUploadStorage, "STORAGES", name, otherwise(list, globalSettings["django.conf.global_settings.STORAGES.default.BACKEND"]), d.uploadsIn)
}

// storingApps are applications of Django that keep uploads by themselves: the setting that
// names their storage, or the folder of this host in which they always are.
var storingApps = []struct{ app, class, folder string }{
	{app: "private_storage", class: "PRIVATE_STORAGE_CLASS"},
	{app: "django_drf_filepond", folder: "DRF_FILEPOND_UPLOAD_TMP"},
	{app: "protected_media", folder: "PROTECTED_MEDIA_ROOT"},
}

func (d *django) appUploads() {
	for _, a := range storingApps {
		list := d.of(a.class + a.folder)
		switch {
		case !d.holds("INSTALLED_APPS", a.app):
		case len(list) == 0:
			d.omit(unit.SettingUploadStorage, a.app, a.class+a.folder, "local_folder", "")
		case a.folder != "":
			d.defaulted(unit.SettingUploadStorage, a.app, "local_folder", a.folder+" names a folder", list[0].at)
		default:
			d.put(unit.SettingUploadStorage, a.app, a.class, d.entry(a.class), d.uploadsIn)
		}
	}
}

// uploadsIn is where the class of a storage keeps files.
func (d *django) uploadsIn(class string) string {
	if strings.HasSuffix(class, "FileSystemStorage") || d.ofFileSystem(class) {
		return "local_folder"
	}
	return "shared"
}

// ofFileSystem tells the dotted name of a class of the checkout that keeps files in a
// folder.
func (d *django) ofFileSystem(dotted string) bool {
	t := d.r.dotted(dotted, d.chain[0])
	return t.kind == aClass && d.r.keepsInFolder(t.id)
}

// keepsInFolder tells a class that is Django's storage in a folder, or made from it.
func (r *resolver) keepsInFolder(class string) bool {
	const storage = "django.core.files.storage."
	is := func(name string) bool {
		return strings.HasPrefix(name, storage) && strings.HasSuffix(name, ".FileSystemStorage")
	}
	return is(class) || slices.ContainsFunc(r.above(class), is)
}

// keepsFiles tells whether a model has files, or code asks the default storage.
func (d *django) keepsFiles() bool {
	if len(d.users("django.core.files.storage.default_storage.save")) > 0 {
		return true
	}
	for _, h := range d.r.holders {
		if isFileField(h) && under(&h.Value, "storage") == nil {
			return true
		}
	}
	return false
}

// isFileField tells a field of a model that has files.
func isFileField(h *unit.Holder) bool {
	return h.Kind == unit.ClassVar && !h.Test && (h.Type == "django.db.models.FileField" || h.Type == "django.db.models.ImageField")
}

// fieldStorages are those that fields of models name for themselves: each is told once, at
// the first field that names it.
func (r *resolver) fieldStorages() {
	if len(r.djangos) == 0 {
		return
	}
	d, seen := r.djangos[0], map[string]bool{}
	for _, id := range sortedHolders(r.holders) {
		h := r.holders[id]
		if !isFileField(h) || r.modules[r.moduleOf(h)] == nil {
			continue
		}
		storage := under(&h.Value, "storage")
		if storage == nil || seen[storageName(storage)] || strings.Contains(storage.Text, "STATIC") {
			continue
		}
		seen[storageName(storage)] = true
		at := statement{at: h.Location, in: r.modules[r.moduleOf(h)]}
		d.put(unit.SettingUploadStorage, h.Symbol, h.Symbol, d.storages(storage, at, 0), func(where string) string { return where })
		if list := d.chain[0].unit.Settings; len(list) > 0 && list[len(list)-1].Subject == h.Symbol {
			list[len(list)-1].Text = h.Symbol + " = " + h.Value.Text
		}
	}
}

// storageName is what two fields name alike where they have one storage.
func storageName(v *unit.Value) string {
	if v.Place != nil && len(v.Place.Path) == 0 {
		return v.Place.Name
	}
	return v.Callee + " " + v.Text
}

// storages lists where what a field is given keeps its files: a storage, its class, or a
// function that hands one out.
func (d *django) storages(v *unit.Value, s statement, depth int) []said {
	if v == nil || depth > 6 {
		return nil
	}
	switch v.Kind {
	case unit.New, unit.Result, unit.Func:
		return d.storageOf(cmp.Or(v.Callee, v.Type), s, depth)
	case unit.PlaceValue:
		if v.Place == nil || v.Place.Root != unit.RootHolder || len(v.Place.Path) > 0 {
			return nil
		}
		if h := d.r.holders[v.Place.Name]; h != nil {
			return d.storages(&h.Value, s, depth+1)
		}
		return d.storageOf(v.Place.Name, s, depth)
	case unit.Compound:
		return chosen(v, s, func(v *unit.Value, s statement) []said { return d.storages(v, s, depth+1) })
	}
	return nil
}

func (d *django) storageOf(id string, s statement, depth int) []said {
	fn := d.r.functions[id]
	switch {
	case d.r.keepsInFolder(id):
		return []said{{"local_folder", s.guard, s.at}}
	case fn == nil:
		return []said{{"shared", s.guard, s.at}}
	}
	var out []said
	for i := range fn.Returns {
		if guard, holds := production(fn.whens[i]); holds {
			part := s
			part.guard = joined(s.guard, guard)
			out = append(out, d.storages(&fn.Returns[i], part, depth+1)...)
		}
	}
	return out
}
