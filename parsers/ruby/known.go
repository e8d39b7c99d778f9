package ruby

import "strings"

// The tables of this file say what methods of Ruby's own classes, of
// ActiveSupport and of concurrent-ruby do. They are looked at only for places,
// so a user's method of the same name matters only if the type of the place is
// not known; the resolver corrects it where it is.

// predefinedGlobal tells the interpreter's globals from those of the program.
func predefinedGlobal(name string) bool {
	if len(name) < 3 {
		return true // $!, $1, $~
	}
	switch name {
	case "$stdout", "$stderr", "$stdin", "$PROGRAM_NAME", "$LOAD_PATH", "$LOADED_FEATURES", "$DEBUG", "$VERBOSE", "$FILENAME", "$-w", "$-v", "$-d", "$-I", "$10", "$ERROR_INFO", "$CHILD_STATUS", "$PID", "$INPUT_RECORD_SEPARATOR",
		"$LAST_MATCH_INFO", "$MATCH", "$PREMATCH", "$POSTMATCH", "$LAST_PAREN_MATCH", "$ERROR_POSITION", "$LAST_READ_LINE", "$INPUT_LINE_NUMBER",
		"$OUTPUT_RECORD_SEPARATOR", "$FIELD_SEPARATOR", "$OUTPUT_FIELD_SEPARATOR", "$DEFAULT_OUTPUT", "$DEFAULT_INPUT", "$PROCESS_ID", "$ARGV":
		return true // the last ones are their names in English
	}
	return name[1] == '-'
}

// mutates tells whether a method of a collection, string or atomic changes it.
func mutates(name string) bool {
	switch name {
	case "<<", "push", "append", "prepend", "unshift", "insert", "concat", "store", "update",
		"delete", "delete_if", "delete_at", "clear", "replace", "keep_if", "shift", "pop", "fill",
		"add", "subtract", "enq", "deq", "compute", "compute_if_absent", "compute_if_present", "fetch_or_store",
		"put", "put_if_absent", "get_and_set", "merge_pair", "delete_pair", "replace_if_exists",
		"replace_pair", "increment", "decrement", "swap", "compare_and_set", "make_true",
		"make_false", "default=", "default_proc=", "value=", "rehash", "set", "reset", "[]=",
		"set_backtrace", "truncate", "rewind":
		return true
	}
	return mutatesLoudly(name)
}

// ambiguous tells the methods that collections share with objects of every kind:
// records, clients, builders.
func ambiguous(name string) bool {
	switch name {
	case "update", "set", "put", "insert", "reset", "truncate", "rewind", "increment", "decrement", "compute", "swap", "default=", "value=", "replace", "fill", "add":
		return true
	}
	return false
}

// collectionLike tells the classes of libraries that keep what they are given, by
// the names that collections have.
func collectionLike(typ string) bool {
	switch typ {
	case "Queue", "SizedQueue", "Thread::Queue", "Thread::SizedQueue", "SortedSet", "OpenStruct", "Rails.cache", "Struct":
		return true
	}
	for _, prefix := range []string{"Concurrent::", "ActiveSupport::", "LruRedux", "LRU", "MiniCache", "ThreadSafe::", "Ruby::", "Moneta", "Zache", "Vault"} {
		if strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return false
}

// mutatesLoudly knows the methods that say so by their name.
func mutatesLoudly(name string) bool {
	switch name {
	case "merge!", "delete!", "add?", "delete?", "reject!", "select!", "filter!", "map!", "collect!",
		"compact!", "uniq!", "sort!", "sort_by!", "reverse!", "shuffle!", "rotate!", "flatten!",
		"slice!", "transform_values!", "transform_keys!", "deep_merge!", "reverse_merge!", "except!",
		"extract!", "symbolize_keys!", "stringify_keys!", "deep_symbolize_keys!", "deep_stringify_keys!",
		"concat!", "gsub!", "sub!", "upcase!", "downcase!", "capitalize!", "strip!", "squeeze!", "chomp!",
		"force_encoding", "filter_map!", "keep_if!", "append!":
		return true
	}
	return false
}

// mutatesText tells whether a method of a string changes it.
func mutatesText(name string) bool {
	switch name {
	case "<<", "concat", "prepend", "insert", "replace", "clear", "force_encoding", "[]=":
		return true
	}
	return strings.HasSuffix(name, "!")
}

// empties tells whether a change is an invalidation.
func empties(name string) bool {
	switch name {
	case "clear", "delete", "delete_if", "delete_at", "reject!", "shift", "delete_pair", "reset", "remove_instance_variable", "keep_if", "select!", "filter!":
		return true
	}
	return false
}

// fillsOnce tells whether a change is made only where there was nothing.
func fillsOnce(name string) bool {
	return name == "compute_if_absent" || name == "put_if_absent" || name == "fetch_or_store" || name == "add?"
}

// reads tells whether a method of a collection or scalar leaves it alone.
func reads(name string) bool {
	switch name {
	case "[]", "fetch", "dig", "key?", "has_key?", "include?", "member?", "value?", "values", "keys",
		"each", "each_pair", "each_key", "each_value", "each_with_index", "each_with_object", "each_slice",
		"map", "collect", "flat_map", "select", "filter", "filter_map", "reject", "find", "detect", "find_all",
		"first", "last", "size", "length", "count", "empty?", "any?", "all?", "none?", "one?", "present?",
		"blank?", "nil?", "presence", "to_a", "to_h", "to_s", "to_i", "to_f", "to_sym", "to_json", "inspect",
		"join", "split", "sort", "sort_by", "group_by", "partition", "reduce", "inject", "sum", "min", "max",
		"min_by", "max_by", "zip", "slice", "except", "dup", "clone", "freeze", "frozen?", "merge", "index",
		"values_at", "sample", "invert", "key", "compact", "uniq", "reverse", "flatten", "==", "===", "!=",
		"=~", "match", "match?", "is_a?", "kind_of?", "instance_of?", "respond_to?", "hash", "object_id",
		"start_with?", "end_with?", "exclude?", "in?", "index_by", "deep_dup", "with_indifferent_access",
		"transform_values", "transform_keys", "-", "+", "&", "*", "<=>", "<", ">", "<=", ">=", "%", "/", "html_safe",
		"strip", "downcase", "upcase", "gsub", "sub", "class", "tap", "then", "itself", "reverse_merge", "deep_merge":
		return true
	}
	return false
}

// handsOutSelf tells whether a method's result is its receiver.
func handsOutSelf(name string) bool {
	switch name {
	case "tap", "freeze", "itself", "presence", "to_a", "to_hash", "each", "each_pair", "each_value", "each_key", "each_with_index":
		return true
	}
	return mutatesLoudly(name) || name == "<<" || name == "push" || name == "concat" || name == "replace" || name == "clear"
}

// handsOutElement tells whether a method's result is an element of its receiver.
func handsOutElement(name string) bool {
	switch name {
	case "[]", "fetch", "dig", "first", "last", "at", "find", "detect", "sample", "compute_if_absent", "fetch_or_store", "delete", "pop", "shift", "min_by", "max_by":
		return true
	}
	return false
}

// copies tells whether a method's result is a new object.
func copies(name string) bool {
	switch name {
	case "new", "dup", "clone", "deep_dup", "to_h", "merge", "select", "filter", "reject", "map", "collect", "sort", "sort_by", "keys", "slice", "except", "to_s", "size", "count", "length", "join", "uniq", "compact", "flatten", "reverse", "group_by", "partition", "values", "take", "drop", "to_set", "shuffle", "values_at", "nil?", "present?", "blank?", "key?", "include?", "empty?":
		return true
	}
	return false
}

// walksElements tells whether a method gives the elements of its receiver to
// its block, and as which parameter.
func walksElements(name string) (parameter int, pairs bool, ok bool) {
	switch name {
	case "each_pair":
		return 1, true, true
	case "each", "map", "collect", "select", "filter", "reject", "find", "detect", "flat_map", "filter_map", "any?", "all?", "delete_if", "keep_if", "reject!", "select!", "sort_by", "each_with_index", "find_all", "partition", "each_with_object":
		return 0, false, true
	case "each_value", "transform_values", "fetch_values":
		return 0, false, true
	}
	return 0, false, false
}

// givesSelf tells whether a method gives its receiver to its block.
func givesSelf(name string) bool {
	return name == "tap" || name == "then" || name == "yield_self"
}

// plain tells whether calls of a method say nothing about state or reach: they
// are not recorded unless they are made on a constant or on self.
func plain(name string) bool {
	switch name {
	case "each", "map", "collect", "select", "reject", "to_s", "to_i", "to_f", "to_sym", "to_a", "to_h",
		"nil?", "blank?", "present?", "presence", "empty?", "size", "length", "first", "last", "join",
		"split", "strip", "html_safe", "is_a?", "kind_of?", "respond_to?", "include?", "inspect", "dup", "freeze",
		"any?", "all?", "none?", "sort", "sort_by", "sum", "min", "max", "flatten", "compact", "uniq", "reverse",
		"keys", "values", "downcase", "upcase", "gsub", "sub", "start_with?", "end_with?", "class", "round",
		"each_with_index", "inject", "reduce", "group_by", "index", "zip", "match", "match?", "capitalize",
		"humanize", "underscore", "camelize", "raise", "require", "require_relative", "puts", "attr_reader",
		"attr_accessor", "attr_writer", "private", "public", "protected", "include", "extend", "prepend",
		"lambda", "proc", "loop", "block_given?", "format", "sprintf", "p", "print", "binding", "t", "l",
		"params", "logger", "flash", "h", "concat", "content_tag", "link_to", "tag", "image_tag", "respond_to",
		"render", "redirect_to", "head", "key?", "has_key?", "chomp", "succ", "abs", "utc",
		"tap", "then", "except", "slice", "merge", "flat_map", "filter_map", "find_all", "detect", "to_json", "html",
		"xml", "json", "js", "tr", "chars", "lines", "bytes", "ord", "chr", "hash", "==":
		return true
	}
	return false
}

// quietOnSelf tells which of the plain methods are not recorded even on self.
func quietOnSelf(name string) bool {
	switch name {
	case "raise", "puts", "attr_reader", "attr_accessor", "attr_writer", "private", "public", "protected",
		"lambda", "proc", "loop", "block_given?", "format", "sprintf", "p", "print", "binding", "params",
		"require", "require_relative":
		return true
	}
	return false
}

// loud tells whether a constant is written like a value, not like a class.
func loud(name string) bool {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		name = name[i+2:]
	}
	return name == strings.ToUpper(name)
}

// asyncCall tells whether a method hands its work to someone else.
func asyncCall(name string) bool {
	switch name {
	case "perform_later", "perform_async", "perform_in", "perform_at", "deliver_later", "deliver_later!", "delay", "delay_for", "enqueue", "enqueue_in", "enqueue_at", "perform_bulk", "enqueue_to", "broadcast_later":
		return true
	}
	return strings.HasSuffix(name, "_later")
}

// ofRecords tells the methods of ActiveRecord that query or change rows.
func ofRecords(name string) bool {
	switch name {
	case "find", "where", "first", "last", "all", "count", "create", "create!", "update", "update!", "save", "save!", "destroy", "destroy!",
		"delete", "exists?", "sum", "maximum", "minimum", "average", "take", "ids", "order", "limit", "joins", "includes", "reload", "touch",
		"toggle!", "increment!", "decrement!", "insert", "transaction", "lock", "connection", "to_a":
		return true
	}
	return onlyOfRecords(name)
}

// asksForRows tells the queries that nothing but the class of a model answers.
func asksForRows(name string) bool {
	return name == "where" || strings.HasPrefix(name, "find_by") || strings.HasPrefix(name, "find_or_")
}

// onlyOfRecords tells those that nothing else is called.
func onlyOfRecords(name string) bool {
	switch name {
	case "find_by", "find_by!", "find_by_sql", "find_or_create_by", "find_or_create_by!", "find_or_initialize_by", "find_each", "find_in_batches", "in_batches",
		"pluck", "pick", "update_all", "update_column", "update_columns", "update_attribute", "update_attributes", "delete_all", "delete_by", "destroy_all",
		"destroy_by", "insert_all", "insert_all!", "upsert", "upsert_all", "save!", "create!", "update!", "destroy!", "exec_query", "select_all",
		"select_value", "select_values", "select_rows", "increment_counter", "decrement_counter", "update_counters", "create_or_find_by",
		"lock!", "with_lock", "with_advisory_lock", "with_advisory_lock!":
		return true
	}
	return false
}

// ofController names the methods that controllers, views and scripts find on
// self without defining them, "" for others.
func ofController(name string) string {
	switch name {
	case "params", "request", "session", "cookies", "current_user", "flash":
		return "ActionController." + name
	case "system", "exec", "spawn", "open", "sleep":
		return "Kernel." + name
	}
	return ""
}

// everyday tells names that too many classes share for a call to be guessed.
func everyday(name string) bool {
	switch name {
	case "call", "perform", "execute", "process", "render", "build", "create", "update", "destroy", "delete", "save", "name", "title",
		"type", "value", "values", "status", "state", "user", "project", "issue", "author", "content", "body", "text", "data", "options",
		"config", "settings", "default", "defaults", "valid?", "visible?", "enabled?", "active?", "open", "close", "closed?", "read", "write", "send",
		"start", "stop", "load", "parse", "format", "register", "register_hook", "notify", "initialize", "path", "file", "filename", "size", "url", "uri", "code", "message",
		"errors", "error", "description", "label", "parent", "children", "root", "level", "position", "date", "time", "version",
		"items", "list", "show", "index", "edit", "editable?", "deletable?", "validate", "check", "match", "search", "results", "result", "fetch",
		"reset", "clear", "instance", "logger", "connection", "client", "session", "request", "response", "params", "attributes", "attachments":
		return true
	}
	return false
}
