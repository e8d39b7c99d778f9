package ruby

import "bytes"

// named writes arguments without a name, which the grammar is too old to know in
// calls, as names: f(*, **) becomes f(_, __), and f(a, &) becomes f(a). Nothing is
// moved. It is nil if there are none.
func named(source []byte) []byte {
	var out []byte
	for at := 0; at < len(source); at++ {
		size := anonymous(source, at)
		if size == 0 {
			continue
		}
		if out == nil {
			out = bytes.Clone(source)
		}
		switch {
		case source[at] == '&':
			out[at] = ' '
			if before := lastOf(out, at); before >= 0 && out[before] == ',' {
				out[before] = ' '
			}
		case !defines(source, at):
			for i := range size {
				out[at+i] = '_'
			}
		}
		at += size - 1
	}
	return out
}

// anonymous is the length of the *, ** or & at an offset that stands for an argument
// by itself, 0 for anything else.
func anonymous(source []byte, at int) int {
	if source[at] != '*' && source[at] != '&' {
		return 0
	}
	size := 1
	if source[at] == '*' && at+1 < len(source) && source[at+1] == '*' {
		size = 2
	}
	before, after := lastBefore(source, at), at+size
	for after < len(source) && (source[after] == ' ' || source[after] == '\t') {
		after++
	}
	ends := after == len(source) || source[after] == '\n' || source[after] == '\r'
	closed := !ends && (source[after] == ',' || source[after] == ')' || source[after] == ']')
	switch {
	case before < 0:
		if above := lastOf(source, at); above >= 0 && (source[above] == ',' || source[above] == '(') && (closed || ends) {
			return size // on a line of its own
		}
		return 0
	case source[before] == '(' || source[before] == '[' || source[before] == ',':
		if closed || ends && source[before] == ',' {
			return size
		}
	case closed && source[after] == ',' && before < at-1 && isWord(source[before]):
		return size // f *, 1
	}
	return 0
}

// lastBefore is the offset of the last byte before an offset that is no blank, on
// the same line; -1 if there is none.
func lastBefore(source []byte, at int) int {
	for at--; at >= 0 && (source[at] == ' ' || source[at] == '\t'); at-- {
	}
	if at >= 0 && source[at] == '\n' {
		return -1
	}
	return at
}

// lastOf is lastBefore over line breaks.
func lastOf(source []byte, at int) int {
	for at--; at >= 0 && (source[at] == ' ' || source[at] == '\t' || source[at] == '\n' || source[at] == '\r'); at-- {
	}
	return at
}

// isWord tells the bytes of which names are made.
func isWord(b byte) bool {
	return b == '_' || b == '?' || b == '!' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// defines tells whether the line up to an offset begins the definition of a method,
// whose parameters the grammar knows.
func defines(source []byte, at int) bool {
	start := bytes.LastIndexByte(source[:at], '\n') + 1
	line := source[start:at]
	i := bytes.Index(line, []byte("def "))
	return i >= 0 && !bytes.ContainsAny(line[i:], ")=")
}
