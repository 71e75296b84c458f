package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// TestFarewell: the frames stand as they are, and without scripts the browser goes
// on by itself.
func TestFarewell(t *testing.T) {
	page, err := rendered(Farewell{
		Base: "/", Nonce: nonce, Limit: 5000, Linger: 4000, Onward: "https://orders.example.com/bye?a=b&state=x%20y", Client: "Orders",
		Apps: []Told{{Name: "Reports", Frames: []string{"https://reports.example.com/out?iss=i&sid=1", "http://localhost:3001/out?iss=i&sid=2"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`<noscript><meta http-equiv="refresh" content="1; url=https://orders.example.com/bye?a=b&amp;state=x%20y"></noscript>`,
		`sandbox="allow-scripts allow-same-origin" referrerpolicy="no-referrer" src="https://reports.example.com/out?iss=i&amp;sid=1"></iframe>`,
		`src="http://localhost:3001/out?iss=i&amp;sid=2"></iframe>`, `})( 5000 ,  4000 );`,
		`id="onward" href="https://orders.example.com/bye?a=b&amp;state=x%20y">Continue to <bdi>Orders</bdi></a>`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s\n%s", part, page)
		}
	}
	for _, address := range []string{"javascript:x()", "data:text/html,x", "com.example.app:/x"} {
		page, err := rendered(Farewell{Base: "/", Nonce: nonce, Apps: []Told{{Name: "A", Frames: []string{address}}}})
		if err != nil || !strings.Contains(page, `src="#ZgotmplZ"`) {
			t.Errorf("%s is framed: %v", address, err)
		}
	}
	native, err := rendered(Farewell{Base: "/", Nonce: nonce, Onward: "com.example.app:/bye", Apps: []Told{{Name: "A"}}})
	if err != nil || !strings.Contains(native, `id="onward" href="com.example.app:/bye"`) || !strings.Contains(native, `url=com.example.app:/bye"`) {
		t.Errorf("a native app: %v\n%s", err, native)
	}
}

// TestFarewellAccessible looks at what the script shows later.
func TestFarewellAccessible(t *testing.T) {
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Goto(base + "/view/farewell")
	for _, state := range []string{"waiting", "told", "silent"} {
		tab.Eval(fmt.Sprintf(`document.querySelectorAll(".told li").forEach((li, i) => li.dataset.state = i ? "told" : %q),
			document.getElementById("silent").hidden = %v, 0`, state, state != "silent"), nil)
		for _, s := range []screen{{"view", 320, false}, {"view", 320, true}, {"view", 1280, false}, {"view", 1280, true}} {
			tab.Emulate(s.width, 800, s.dark)
			t.Run(fmt.Sprintf("%s/%d/dark=%v", state, s.width, s.dark), func(t *testing.T) { audit(t, tab) })
		}
		var shown string
		tab.Eval(`document.querySelector(".told li").innerText`, &shown)
		if want := rendition(state); !strings.Contains(shown, want) || strings.Count(shown, "\n") > 2 {
			t.Errorf("%s: shows %q, want %q", state, shown, want)
		}
	}
}

func rendition(state string) string { return Hush().In("en").Text("farewell." + state) }
