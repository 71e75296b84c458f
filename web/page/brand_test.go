package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestBrandRefusals(t *testing.T) {
	image, err := ParseImage([]byte(logo))
	if err != nil {
		t.Fatal(err)
	}
	for says, o := range map[string]Branding{
		"name is longer than 60": {Name: strings.Repeat("x", maxName+1)},
		"name holds a control":   {Name: "a\u202eb"},
		"logo needs name":        {Logo: image},
		"one for light pages":    {Name: "x", LogoDark: image},
		"accent for dark pages":  {AccentDark: colour(t, "#fff")},
		`no pages in "fr"`:       {Languages: []string{"de", "fr"}},
		`texts are in "fr"`:      {Texts: map[string]map[string]string{"fr": {}}},
		"text login.title in de": {Texts: map[string]map[string]string{"de": {"login.title": ""}}},
	} {
		if _, err := NewBrand(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// TestHostileBrand: the name has no say in what the page is made of.
func TestHostileBrand(t *testing.T) {
	for name, s := range hostile {
		s = strings.Map(func(r rune) rune {
			if !Readable(string(r)) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		s = s[:min(len(s), maxName)]
		if strings.TrimSpace(s) == "" {
			continue
		}
		for _, change := range []func(*Branding){
			func(o *Branding) { o.Name = s },
			func(o *Branding) { o.Name, o.Logo = s, nil },
		} {
			plain := func(o *Branding) { change(o); o.Name = "word" }
			got, want := structureIn(t, branded(t, change), Login{Base: "/"}), structureIn(t, branded(t, plain), Login{Base: "/"})
			if !slices.Equal(got, want) {
				t.Errorf("%s: the page became\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			icon := branded(t, change).brand.files["icon"].body
			if err := checkSVG(icon); err != nil {
				t.Errorf("%s: the icon %v\n%s", name, err, icon)
			}
		}
	}
}

// TestBrandFiles: what a page links to is there, kept for long, and opened by
// its address it can do nothing.
func TestBrandFiles(t *testing.T) {
	dark, err := ParseImage([]byte(strings.ReplaceAll(logo, "#16211f", "#fff")))
	if err != nil {
		t.Fatal(err)
	}
	e := branded(t, func(o *Branding) { o.LogoDark = dark })
	page, err := renderedIn(e, Login{Base: "/tenant/"})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"logo": "image/svg+xml", "logo-dark": "image/svg+xml", "icon": "image/svg+xml", "brand": "text/css; charset=utf-8", "hush": "text/css; charset=utf-8"}
	links := regexp.MustCompile(`"(/tenant/static/([a-z-]+)\.[^"]+)"`).FindAllStringSubmatch(page, -1)
	for _, link := range links {
		w := httptest.NewRecorder()
		e.brand.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, link[1], nil))
		h := w.Header()
		if w.Code != http.StatusOK || h.Get("Content-Type") != kinds[link[2]] || !strings.Contains(h.Get("Cache-Control"), "immutable") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; style-src 'unsafe-inline'; sandbox" {
			t.Errorf("%s: %d %v", link[1], w.Code, h)
		}
		delete(kinds, link[2])
	}
	if len(kinds) > 0 {
		t.Errorf("the page does not link to %v\n%s", kinds, page)
	}
	w := httptest.NewRecorder()
	Hush().Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/static/"+e.brand.files["logo"].name, nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("another brand serves the logo: %d", w.Code)
	}
}

// TestNameWithoutLogo stands in letters.
func TestNameWithoutLogo(t *testing.T) {
	page, err := renderedIn(branded(t, func(o *Branding) { o.Logo = nil }), Login{Base: "/"})
	if err != nil || !strings.Contains(page, `<p class="name"><bdi>Example Ltd</bdi></p>`) || strings.Contains(page, "Hush") ||
		!strings.Contains(page, "<title>Anmelden · Example Ltd</title>") {
		t.Errorf("%v\n%s", err, page)
	}
}

// TestNamesAreIsolated: the direction of a name is not that of the text around.
func TestNamesAreIsolated(t *testing.T) {
	const name = "\u05d0\u05d1 <i>!"
	german := Hush().In("de")
	for _, v := range []View{Login{}, Select{}, Consent{}, SignOut{}, SignedOut{}, Farewell{}} {
		page, err := renderedIn(german, filled(v, name))
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(page, "<main>")
		for before := range strings.SplitSeq(body, "\u05d0\u05d1 &lt;i&gt;!") {
			if last := before[max(0, len(before)-5):]; last != "<bdi>" && !strings.HasSuffix(before, `="`) && !strings.Contains(before, "</html>") {
				t.Errorf("%T: a name follows %q", v, last)
			}
		}
	}
}

func TestLanguages(t *testing.T) {
	german := branded(t, nil).brand
	for _, c := range []struct{ locales, accept, want string }{
		{"", "", "de"},
		{"en", "de", "en"},
		{"de", "en", "de"},
		{"de-AT", "", "de"},
		{"fr de-CH en", "en", "de"},
		{"fr", "en-GB,en;q=0.9,de;q=0.8", "en"},
		{"fr it", "pl", "de"},
		{"EN_us", "", "en"},
		{"de-DE-1996-u-co-phonebk-x-mine", "en", "de"},
		{"", "de-AT,en;q=0.5", "de"},
		{"", "en;q=0.5,de-AT", "de"},
		{"", "fr,de;q=0,en;q=0.3", "en"},
		{"", "*", "de"},
		{"", "de;q=abc,en", "de"},
		{"", ";;;", "de"},
		{"", "en," + strings.Repeat("-", maxAccept), "de"},
		{"", strings.Repeat("fr,", 100) + "en", "en"},
		{"\xff\xfe", "en", "en"},
		{"../../etc/passwd <script>", "en", "en"},
		{strings.Repeat("en-", 50), "", "de"},
		{"en " + strings.Repeat("x", maxLocales), "", "de"},
		{strings.Repeat("-", maxLocales), "en", "en"},
		{" \t\n en", "", "en"},
		{"und", "en", "en"},
		{"x-private", "en", "en"},
	} {
		e := german.In(german.Named(c.locales))
		if german.Named(c.locales) == "" {
			e = german.In(german.Accepted(c.accept))
		}
		if e.Language != c.want {
			t.Errorf("ui_locales %.60q and Accept-Language %.60q give %s, want %s", c.locales, c.accept, e.Language, c.want)
		}
	}
	only := branded(t, func(o *Branding) { o.Languages = []string{"de"} }).brand
	if only.Named("en") != "" || only.Accepted("en") != "" || !slices.Equal(only.Speaks(), []string{"de"}) || only.ForDevelopers().Language != english {
		t.Errorf("a brand that speaks German only: %q %q %q", only.Named("en"), only.Accepted("en"), only.Speaks())
	}
}

// FuzzLanguage: whatever is asked for, one of ours is what is given.
func FuzzLanguage(f *testing.F) {
	for _, s := range []string{"de", "en-US,en;q=0.9", "x-y", "i-klingon", "de-u-co-phonebk", "\xff", "de;q=1e9", "de-Latn-AT-1996-a-b-x-y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Hush().Named(s), Hush().Accepted(s)} {
			if got != "" && !slices.Contains(Hush().Speaks(), got) {
				t.Errorf("%q gives %q", s, got)
			}
		}
	})
}

func ExampleBrand_In() {
	b := Hush()
	fmt.Println(b.In(b.Named("fr de-AT")).Text("login.title"))
	// Output: Anmelden
}

// TestAcceptedIsRemembered as what it means, within bounds, for browsers all at once.
func TestAcceptedIsRemembered(t *testing.T) {
	b, err := NewBrand(Branding{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range maxRemembered + 10 {
				for header, want := range map[string]string{"de-AT,de;q=0.9": "de", "fr": "", fmt.Sprintf("x-%d,en;q=0.5", n): "en", strings.Repeat("de,", 400): ""} {
					if got := b.Accepted(header); got != want {
						t.Errorf("%q: %q, want %q", header, got, want)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := len(b.accepted.of); n == 0 || n > maxRemembered {
		t.Errorf("%d are remembered", n)
	}
}
