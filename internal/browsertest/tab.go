package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fedcm"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Tab is one page of a Browser: a tab or a popup. Its methods fail the test
// when they cannot do what they say.
type Tab struct {
	t   testing.TB
	b   *Browser
	ctx context.Context

	mu         sync.Mutex
	console    []string
	violations []string
	dialogs    []string
	fedcm      chan<- *fedcm.EventDialogShown // nil: nobody asked for them
}

// Tab opens a blank page in the browser's profile.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	return b.attach(t)
}

// attach opens a tab, or with chromedp.WithTargetID takes one that is there.
func (b *Browser) attach(t testing.TB, opts ...chromedp.ContextOption) *Tab {
	t.Helper()
	tab := &Tab{t: t, b: b}
	ctx, cancel := chromedp.NewContext(b.ctx, append(opts, chromedp.WithListener(tab.listen))...)
	tab.ctx = ctx
	t.Cleanup(cancel)
	if err := within(startTime, func() error { return chromedp.Do(ctx) }); err != nil {
		t.Fatalf("browsertest: open a tab: %v", err)
	}
	tab.step("set up the tab", func(ctx context.Context) error {
		if err := call(ctx, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		return call(ctx, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: b.opt.NoScript})
	})
	tab.Emulate(b.opt.Width, b.opt.Height, b.opt.Dark)
	return tab
}

// Context is the tab's chromedp context, for what the kit does not offer.
func (tab *Tab) Context() context.Context { return tab.ctx }

// Emulate changes the viewport, in CSS pixels, and the colour scheme.
func (tab *Tab) Emulate(width, height int, dark bool) {
	tab.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	tab.step("emulate the viewport", func(ctx context.Context) error {
		err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height)))
		if err != nil {
			return err
		}
		return call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
	})
}

// Goto opens url and waits for its load event.
func (tab *Tab) Goto(url string) {
	tab.t.Helper()
	tab.step("load "+url, func(ctx context.Context) error {
		for {
			err := chromedp.Do(ctx, chromedp.Navigate(url))
			// A navigation that the page itself began a moment ago, such as that
			// of a form, may still come in between.
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "net::ERR_ABORTED") {
				return err
			}
		}
	})
}

// Eval runs js, awaits a promise, and decodes the value into out unless that
// is nil.
func (tab *Tab) Eval(js string, out any) {
	tab.t.Helper()
	tab.step("run "+short(js), func(ctx context.Context) error { return eval(ctx, js, out) })
}

func eval(ctx context.Context, js string, out any) error {
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
	if err != nil || out == nil || len(raw) == 0 {
		return err
	}
	return json.Unmarshal(raw, out)
}

// Popup runs open, which makes the page open a window, and returns the window.
// A window that opens by itself later counts too, until the deadline.
func (tab *Tab) Popup(open func()) *Tab {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, stepTime)
	defer cancel()
	found := chromedp.WaitNewTarget(ctx, func(i *target.Info) bool { return i.Type == "page" })
	open()
	select {
	case id := <-found:
		if id != "" {
			return tab.b.attach(tab.t, chromedp.WithTargetID(id))
		}
	case <-ctx.Done():
	}
	tab.t.Fatalf("browsertest: waited %v for a new window\n%s", stepTime, tab.state())
	return nil
}

// Open tells whether the window is still there: a page may close its own.
func (tab *Tab) Open() bool {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.b.ctx, stepTime)
	defer cancel()
	all, err := chromedp.Targets(ctx)
	if err != nil {
		tab.t.Fatalf("browsertest: list the windows: %v", err)
	}
	own := chromedp.FromContext(tab.ctx).Target.TargetID
	return slices.ContainsFunc(all, func(i *target.Info) bool { return i.TargetID == own })
}

// Screenshot writes a PNG of the viewport, or of the full page, to path.
func (tab *Tab) Screenshot(path string, full bool) {
	tab.t.Helper()
	tab.step("take "+path, func(ctx context.Context) error {
		shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &full,
		})
		if err != nil {
			return err
		}
		return os.WriteFile(path, shot.Data, 0o644)
	})
}

// Console is what the page has logged so far, each entry with its level first.
func (tab *Tab) Console() []string { return tab.copied(&tab.console) }

// Violations are the breaches of a content security policy so far, e.g.
// "img-src https://other.test/a.png".
func (tab *Tab) Violations() []string { return tab.copied(&tab.violations) }

// Dialogs are the texts of alerts and the like so far. Each was accepted.
func (tab *Tab) Dialogs() []string { return tab.copied(&tab.dialogs) }

func (tab *Tab) copied(list *[]string) []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(*list)
}

// step runs f with the usual deadline and fails the test with what and the
// page's state when it does not succeed.
func (tab *Tab) step(what string, f func(context.Context) error) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, stepTime)
	defer cancel()
	if err := f(ctx); err != nil {
		tab.t.Fatalf("browsertest: %s: %v\n%s", what, err, tab.state())
	}
}

// state says what the page shows, for a failure's message.
func (tab *Tab) state() string {
	ctx, cancel := context.WithTimeout(tab.ctx, 2*time.Second)
	defer cancel()
	var s struct{ URL, Title, Text string }
	err := eval(ctx, `({URL: location.href, Title: document.title, Text: (document.body?.innerText || "").slice(0, 600)})`, &s)
	if err != nil {
		return fmt.Sprintf("the page does not answer: %v", err)
	}
	return fmt.Sprintf("url: %s\ntitle: %s\ntext: %s\nconsole: %s",
		s.URL, s.Title, s.Text, strings.Join(tab.Console(), "\n\t"))
}

func short(s string) string {
	if len(s) > 120 {
		return s[:120] + "..."
	}
	return s
}
