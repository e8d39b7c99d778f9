package python

import "strings"

// The tables of this file say what the builtins and the methods of Python's own
// collections do. The methods are looked at only where the place is known to hold a
// collection, or where nothing else is called that.

// mutators are the methods by which collections change.
var mutators = map[string]string{
	"append": "append", "appendleft": "append", "extend": "append", "extendleft": "append", "insert": "append", "add": "add",
	"update": "update", "setdefault": "setdefault", "pop": "pop", "popitem": "pop", "popleft": "shift", "remove": "delete",
	"discard": "delete", "clear": "clear", "sort": "sort", "reverse": "reverse", "rotate": "rotate", "subtract": "-=",
	"difference_update": "delete", "intersection_update": "delete", "symmetric_difference_update": "update", "__setitem__": "[]=", "__delitem__": "delete",
	"put": "put", "put_nowait": "put", "get_nowait": "shift",
}

// unmistakable tells the mutators that nothing but a collection has.
func unmistakable(name string) bool {
	switch name {
	case "append", "appendleft", "extend", "setdefault", "popitem", "popleft", "extendleft", "discard":
		return true
	}
	return false
}

// empties tells whether a change takes something away.
func empties(op string) bool { return op == "delete" || op == "clear" || op == "shift" }

// changesFirst tells the functions that change the collection they are given first.
func changesFirst(callee string) bool {
	switch callee {
	case "heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace", "heapq.heappushpop", "bisect.insort", "bisect.insort_left", "bisect.insort_right", "random.shuffle":
		return true
	}
	return false
}

// handsOutElement tells the steps of a path that lead from a collection to one of
// its elements.
func handsOutElement(step string) bool {
	switch step {
	case "[]", ".get()", ".setdefault()", ".pop()", ".popleft()":
		return true
	}
	return false
}

// collection is the kind of collection that a class of the standard library makes.
func collection(class string) string {
	switch class {
	case "builtins.dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter", "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary":
		return "dict"
	case "builtins.list", "collections.deque", "array.array", "builtins.bytearray":
		return "list"
	case "builtins.set", "weakref.WeakSet":
		return "set"
	}
	return ""
}

// isCollection tells the types that collection gives.
func isCollection(typ string) bool { return typ == "dict" || typ == "list" || typ == "set" }

// scalar is the type that a builtin makes which is a value.
func scalar(class string) string {
	switch class {
	case "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.bytes", "builtins.tuple", "builtins.frozenset":
		return strings.TrimPrefix(class, "builtins.")
	}
	return ""
}

// builtin tells a name that every module has.
func builtin(name string) bool { return builtins[name] }

var builtins = names(`abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod
enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max
memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip
__import__ Exception BaseException ValueError TypeError KeyError IndexError AttributeError RuntimeError NotImplementedError StopIteration OSError IOError
ImportError LookupError PermissionError FileNotFoundError TimeoutError ConnectionError AssertionError NameError UnicodeDecodeError UnicodeEncodeError`)

// quiet tells builtins of which a call says nothing.
func quiet(name string) bool {
	switch name {
	case "open", "exec", "eval", "input", "__import__", "setattr", "next", "map", "filter":
		return false
	}
	return builtin(name)
}

func names(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

// everyday tells names that too many classes share for a call to be guessed.
func everyday(name string) bool { return everydayNames[name] || strings.HasPrefix(name, "__") }

var everydayNames = names(`get set add update delete remove pop clear append extend insert create save load dump dumps loads read write open close start stop run
execute call process handle handler render build send receive post put patch list items keys values copy format split join strip encode decode filter all first last
exists count order_by exclude values_list select_related prefetch_related annotate aggregate commit rollback flush refresh query session connect disconnect connection
client request response info debug warning error exception critical log validate clean is_valid parse name title type value data content body text id url path
index find search match replace group groups sort reverse next register unregister setup teardown init configure config settings default check result results
submit apply map reduce json iter cancel done wait notify acquire release lock unlock reset lower upper startswith endswith fetch fetchone fetchall fetch_all`)
