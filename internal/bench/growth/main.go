//go:build unix

// Command growth audits generated applications of growing size and prints seconds
// and MiB for a million lines, and the ratio of the largest to the smallest: 1 is an
// audit that grows with what it reads.
//
//	go run ./internal/bench/growth [-bin stateaudit] [-lines 250000,1000000,3000000] [-copies 1]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/stateaudit/stateaudit/internal/bench/generate"
)

func main() {
	bin := flag.String("bin", "stateaudit", "the program to run")
	sizes := flag.String("lines", "250000,1000000,3000000", "how many lines, separated by commas")
	copies := flag.Int("copies", 1, "folders that hold classes of the same names")
	flag.Parse()
	fmt.Println("| lines | processor s | MiB | s per million lines | MiB per million lines |\n| --: | --: | --: | --: | --: |")
	var first, last float64
	for _, size := range strings.Split(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err == nil {
			last, err = measure(*bin, generate.Options{Lines: n, Copies: *copies})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "growth:", err)
			os.Exit(1)
		}
		if first == 0 {
			first = last
		}
	}
	fmt.Printf("\nseconds for a line, the largest to the smallest: %.2f\n", last/first)
}

// measure audits one application and returns the seconds for a million lines.
func measure(bin string, o generate.Options) (float64, error) {
	root, err := os.MkdirTemp("", "stateaudit-growth")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root)
	lines, err := generate.Rails(root, o)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(bin, "audit", "--quiet", "--offline", "--no-config", "--format", "json", root)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	millions := float64(lines) / 1e6
	seconds := cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds()
	mib := int64(0)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		mib = usage.Maxrss >> 10
	}
	fmt.Printf("| %d | %.1f | %d | %.1f | %.0f |\n", lines, seconds, mib, seconds/millions, float64(mib)/millions)
	return seconds / millions, nil
}
