package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a folder may hold.
const (
	maxFiles  = 200
	maxSource = 256 << 10 // bytes of one file
)

// entry is one file with a rule.
type entry struct {
	file    string
	source  string
	enabled bool
	order   int
	placed  bool // order counts
}

// Files are the files of a folder that Load reads, with the folder before them, so that
// a change can be seen. It names them also where Load fails.
func Files(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !hidden(e) && !e.IsDir() && (ext == ".js" || ext == ".json") {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}

// hidden files are of editors, of linters, and of how Kubernetes mounts a folder.
func hidden(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }

// list reads a folder, in the order in which its rules run.
func list(dir string) ([]entry, Problems) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, Problems{wrong(dir, "cannot be read: "+reason(err))}
	}
	var found []entry
	var problems Problems
	for _, e := range entries {
		switch ext := filepath.Ext(e.Name()); {
		case hidden(e):
		case isDir(dir, e):
			problems = append(problems, wrong(filepath.Join(dir, e.Name()), "is a folder, and what is in it would not run: move rules to where the others are, and anything else away"))
		case ext == ".js":
			found = append(found, entry{file: e.Name(), enabled: true})
		case slices.Contains([]string{".mjs", ".cjs", ".ts", ".jsx", ".tsx", ".es6"}, strings.ToLower(ext)), strings.EqualFold(ext, ".js"):
			problems = append(problems, wrong(filepath.Join(dir, e.Name()), "would not run: only files whose names end in .js do"))
		}
	}
	switch {
	case len(found) > maxFiles:
		return nil, append(problems, wrong(dir, fmt.Sprintf("has more than %d rules", maxFiles)))
	case len(found) == 0:
		return nil, append(problems, wrong(dir, "has no rule, no file whose name ends in .js: put them there, or remove the key rules"))
	}
	more := fill(dir, found, entries)
	slices.SortFunc(found, before)
	return found, append(problems, more...)
}

// isDir follows a link.
func isDir(dir string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(filepath.Join(dir, e.Name()))
	return err == nil && info.IsDir()
}

// fill reads the files, and what is said about them in others.
func fill(dir string, found []entry, entries []fs.DirEntry) (problems Problems) {
	for i := range found {
		path := filepath.Join(dir, found[i].file)
		var err error
		if found[i].source, err = readRule(path); err != nil {
			problems = append(problems, wrong(path, err.Error()))
			found[i].enabled = false // nothing more is to be said about it
		}
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".json" || hidden(e) || isDir(dir, e) {
			continue
		}
		if text := describe(dir, e.Name(), found); text != "" {
			problems = append(problems, wrong(filepath.Join(dir, e.Name()), text))
		}
	}
	return problems
}

// readRule reads the text of one rule.
func readRule(path string) (string, error) {
	source, err := read(path)
	if err == nil {
		err = text(source)
	}
	return source, err
}

// read reads one file, wherever a link leads. Pipes and the like would never end.
func read(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", errors.New("cannot be read: " + reason(err))
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("is no file")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", errors.New("cannot be read: " + reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	switch {
	case err != nil:
		return "", errors.New("cannot be read: " + reason(err))
	case len(data) > maxSource:
		return "", fmt.Errorf("is larger than %d KB", maxSource>>10)
	}
	return string(data), nil
}

// text refuses what is no text, and a file that would look like a rule and be none.
func text(source string) error {
	switch {
	case !utf8.ValidString(source):
		return errors.New("is not UTF-8: save it as UTF-8")
	case strings.TrimSpace(source) == "":
		return errors.New("is empty: write a rule, or remove the file")
	}
	return nil
}

// reason leaves the path out of an error, which is said before it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// before orders: by place, then by number and name.
func before(a, b entry) int {
	switch {
	case a.placed != b.placed:
		if a.placed {
			return -1
		}
		return 1
	case a.placed && a.order != b.order:
		return cmp.Compare(a.order, b.order)
	}
	return natural(a.file, b.file)
}

// natural compares names so that numbers in them count as numbers.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		n, m := digits(x), digits(y)
		if n > 0 && m > 0 {
			p, q := strings.TrimLeft(x[:n], "0"), strings.TrimLeft(y[:m], "0")
			if d := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); d != 0 {
				return d
			}
			x, y = x[n:], y[m:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits counts those that a text begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
