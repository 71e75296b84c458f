package howto

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const docs = "../../docs"

// pages are the documents whose snippets are run here.
var pages = []string{
	"first-app.md", "from-auth0.md", "from-keycloak.md", "rotation.md", "backup.md", "troubleshooting.md", "divergences.md", "client-authentication.md", "signed-requests.md", "refresh-tokens.md", "admin.md", "account-page.md", "browsers.md", "hosts.md", "rules.md", "from-auth0-rules.md", "claims.md", "doctor.md", "ldap.md",
}

// snippet is one fenced block of a document.
type snippet struct {
	name string // "" for one that no test runs
	skip bool   // the document says why it is not run
	lang string
	text string
	line int
}

var marker = regexp.MustCompile(`^\s*<!-- (test|not run): (.+) -->$`)

// read returns the text of a document.
func read(t *testing.T, page string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(docs, page))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// snippets returns the fenced blocks of a document, without the indentation
// that a list gives them.
func snippets(t *testing.T, page string) (list []snippet) {
	t.Helper()
	lines := strings.Split(read(t, page), "\n")
	for i := 0; i < len(lines); i++ {
		indent, lang, fence := strings.Cut(lines[i], "```")
		if !fence || strings.TrimSpace(indent) != "" {
			continue
		}
		s := snippet{lang: lang, line: i + 1}
		if m := marker.FindStringSubmatch(lines[max(i-1, 0)]); m != nil {
			if s.skip = m[1] == "not run"; !s.skip {
				s.name = m[2]
			}
		}
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
			s.text += strings.TrimPrefix(lines[i], indent) + "\n"
		}
		list = append(list, s)
	}
	return list
}

// block returns the snippet of this name.
func block(t *testing.T, page, name string) string {
	t.Helper()
	for _, s := range snippets(t, page) {
		if s.name == name {
			return s.text
		}
	}
	t.Fatalf("docs/%s has no block %q", page, name)
	return ""
}

// TestEveryBlockIsRun: what a reader may paste has a test that names it, or the
// document says why not.
func TestEveryBlockIsRun(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(raw)
	}
	for _, page := range pages {
		seen := map[string]bool{}
		for _, s := range snippets(t, page) {
			at := fmt.Sprintf("docs/%s:%d", page, s.line)
			switch {
			case s.name == "" && !s.skip:
				t.Errorf("%s: the %s block has no <!-- test: name --> and no <!-- not run: because -->", at, s.lang)
			case seen[s.name] && s.name != "":
				t.Errorf("%s: there are two blocks %q", at, s.name)
			case s.name != "" && !strings.Contains(source.String(), fmt.Sprintf("%q", s.name)):
				t.Errorf("%s: no test runs the block %q", at, s.name)
			}
			seen[s.name] = true
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: links within the repository lead somewhere, to a heading too, and
// the index has every page.
func TestLinks(t *testing.T) {
	for _, page := range append(slices.Clone(pages), "README.md") {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			to, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			if to == "" {
				to = page
			}
			raw, err := os.ReadFile(filepath.Join(docs, to))
			if err != nil {
				if _, err := os.Stat(filepath.Join(docs, to)); err != nil {
					t.Errorf("docs/%s: %s leads nowhere", page, m[1])
				}
				continue
			}
			if heading != "" && !slices.Contains(headings(string(raw)), heading) {
				t.Errorf("docs/%s: %s has no heading %s", page, to, heading)
			}
		}
	}
	index := read(t, "README.md")
	all, err := filepath.Glob(docs + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if name := filepath.Base(path); name != "README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
}

var notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// headings are the anchors of a document, as GitHub makes them.
func headings(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if name, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			name = notInSlug.ReplaceAllString(strings.ToLower(name), "")
			list = append(list, strings.ReplaceAll(name, " ", "-"))
		}
	}
	return list
}
