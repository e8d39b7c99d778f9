package report

import (
	"fmt"
	"unicode/utf16"
)

// The published line hash that code scanning recognises an alert by: for each
// line, a polynomial hash of what follows it, so that lines inserted above do not
// change it.
const (
	hashBase   = 37
	hashWindow = 100    // UTF-16 units that a hash covers
	hashEnd    = 0xffff // stands for the end of the file
)

// lineHashes returns the hash of every line of a file, as "hash:n" where n counts
// the lines with that hash from the top.
func lineHashes(content []byte) []string {
	units, starts := hashedUnits(string(content))
	power := uint64(1) // weight of the first unit in the window
	for range hashWindow - 1 {
		power *= hashBase
	}
	var sum uint64
	for _, u := range units[:hashWindow] {
		sum = sum*hashBase + u
	}
	out := make([]string, 0, len(starts))
	times := map[uint64]int{}
	at := 0
	for _, start := range starts {
		for ; at < start; at++ {
			sum = (sum-units[at]*power)*hashBase + units[at+hashWindow]
		}
		times[sum]++
		out = append(out, fmt.Sprintf("%x:%d", sum, times[sum]))
	}
	return out
}

// hashedUnits drops blanks and tabs, folds line ends to LF and pads the end with
// a window of zeros. It also tells where in what is left each line begins.
func hashedUnits(text string) (units []uint64, starts []int) {
	lineStart, afterCR := true, false
	add := func(u uint64) {
		if lineStart {
			starts = append(starts, len(units))
		}
		lineStart = u == '\n'
		units = append(units, u)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		switch {
		case u == ' ' || u == '\t' || afterCR && u == '\n':
			afterCR = false
		case u == '\r':
			afterCR = true
			add('\n')
		default:
			afterCR = false
			add(uint64(u))
		}
	}
	add(hashEnd)
	return append(units, make([]uint64, hashWindow)...), starts
}
