package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/internal/rules"
)

// maxFile bounds what is read of the file itself and of those it names.
const maxFile = 8 << 20

// Load reads and checks a configuration file. Its error is Problems, sorted by
// line, which holds everything that is wrong.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, Problems{{File: path, Text: fileTrouble(err)}}
	}
	r := &reader{dir: filepath.Dir(path), sums: map[string]Sum{path: sha256.Sum256(data)}}
	c, err := parse(path, data, env, r.read)
	if err != nil {
		return nil, err
	}
	c.sum = r.sum(c.Files())
	return c, nil
}

// parse is Load without the file system.
func parse(file string, data []byte, env func(string) (string, bool), read func(string) ([]byte, error)) (*Config, error) {
	d := &decoder{env: env, read: read, file: file, begin: "issuer: https://login.example.com/", marks: make(map[string]mark)}
	c := &Config{file: file, env: env}
	if root := d.document(data); root != nil {
		setDefaults(reflect.ValueOf(c).Elem())
		d.value("", root, reflect.ValueOf(c).Elem(), field{}, 0)
		d.check(c)
	}
	problems, warnings := d.found()
	if len(problems) > 0 {
		return nil, problems
	}
	c.warnings = warnings
	return c, nil
}

// Warnings returns what loads but will disappoint, by line.
func (c *Config) Warnings() Problems { return c.warnings }

// Path returns the name under which the file was loaded.
func (c *Config) Path() string { return c.file }

// Files returns the files whose change asks for a reload.
func (c *Config) Files() []string {
	files, dir := []string{c.file}, filepath.Dir(c.file)
	names := []string{c.Branding.Logo, c.Branding.LogoDark, c.Branding.Icon}
	for i := range c.Clients {
		names = append(names, c.Clients[i].Logo)
	}
	for _, name := range names {
		if name != "" {
			files = append(files, within(dir, name))
		}
	}
	if c.TLS != nil {
		files = append(files, within(dir, c.TLS.Cert), within(dir, c.TLS.Key))
	}
	if c.UsersFile != nil {
		files = append(files, c.usersPath())
	}
	if c.Rules != nil {
		files = append(files, rules.Files(c.rulesDir())...) // those that were added since too
	}
	return files
}

// document returns the root of the file's one YAML document, or nil.
func (d *decoder) document(data []byte) *yaml.Node {
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := reader.Decode(&doc); errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		d.bad("", "is empty: begin with %s", d.begin)
		return nil
	} else if err != nil {
		d.syntax(err, data)
		return nil
	}
	switch err := reader.Decode(&more); {
	case err == nil:
		d.marks[""] = mark{line: more.Line}
		d.bad("", "holds more than one document: remove the line --- and what follows it")
		return nil
	case !errors.Is(err, io.EOF):
		d.syntax(err, data)
		return nil
	}
	return doc.Content[0]
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// syntax reports what YAML itself does not understand. The parser's text may
// quote the file, so only what it says of the grammar is passed on.
func (d *decoder) syntax(err error, data []byte) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	lines := strings.Split(string(data), "\n")
	switch {
	case strings.Contains(text, "anchor"):
		// The parser names the anchor, not the line.
		line = where(lines, 1, len(lines), func(l string) bool {
			return strings.Contains(l, " *") && !strings.HasPrefix(strings.TrimSpace(l), "#")
		})
		text = "has a value that begins with * or &, which YAML reads as an alias: put it in quotes"
	case strings.Contains(text, "tag"):
		text = "has a value that begins with !, which YAML reads as a tag: put it in quotes"
	case where(lines, line-1, line+1, bareVariable) > 0:
		line = where(lines, line-1, line+1, bareVariable)
		text = "is not valid YAML: inside { } and [ ], put ${NAME} in quotes"
	case strings.Contains(text, "mapping values are not allowed"):
		text = "is not valid YAML: a value with a colon and a space in it needs quotes, or the indentation is wrong"
	case strings.Contains(text, "cannot start any token"):
		text = "is not valid YAML: indent by spaces, not by tabs; a value that begins with @, ` or % needs quotes"
	default:
		text = "is not valid YAML here or in the lines next to it: check indentation, brackets and quotes"
	}
	d.marks[""] = mark{line: max(1, line)}
	d.bad("", "%s", text)
}

// where returns the first line from first to last that a test holds for, or 0.
func where(lines []string, first, last int, holds func(string) bool) int {
	for i := max(1, first); i <= min(len(lines), last); i++ {
		if holds(lines[i-1]) {
			return i
		}
	}
	return 0
}

// bareVariable tells whether ${ stands unquoted behind a bracket.
func bareVariable(line string) bool {
	before, _, found := strings.Cut(line, "${")
	return found && strings.ContainsAny(before, "{[") && !strings.HasSuffix(strings.TrimSpace(before), `"`)
}

// readFile reads a file of bounded size; a pipe or device is none.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a file")
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("is larger than %d MB", maxFile>>20)
	}
	return os.ReadFile(name) //nolint:gosec // the operator names the files of their own server
}

// fileTrouble says without the file's name why it cannot be read.
func fileTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by this user: change its owner or mode"
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return "cannot be read: " + p.Err.Error()
	}
	return "cannot be read: it " + err.Error()
}
