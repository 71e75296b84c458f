// Package browsertest drives a real Chromium from go test.
//
// New starts one with a fresh profile and Tab opens a page in it. Every step
// has a deadline; when it passes, the test fails with what was waited for and
// what the page showed instead. Eval carries no user gesture, so storage access
// and popups behave as they do for a person who has not clicked; Click and Type
// are real input.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Policy says what happens to third-party cookies. Its value is Chromium's own
// profile.cookie_controls_mode.
type Policy int

const (
	// Allowed lets a cross-site iframe see its SameSite=None cookies.
	Allowed Policy = iota
	// Blocked hides them, as Debian's Chromium does in a fresh profile.
	Blocked
)

// Options say how the browser starts. The zero value works.
type Options struct {
	ThirdPartyCookies Policy
	HostRules         string // host-resolver-rules, e.g. "MAP *.test 127.0.0.1:8443"
	Dark              bool   // prefers-color-scheme: dark
	Width, Height     int    // viewport in CSS pixels; 0 means 1280 x 800
	NoScript          bool   // pages run no JavaScript; Eval still works
	NoPageCache       bool   // pages that were left are not kept for going back
	// OneProcess keeps frames of other sites in the process of their tab, so that its
	// settings reach them. NoScript does so too.
	OneProcess bool
	// Profile is the directory of a profile, for a browser that is closed and opened
	// again. Default: one of its own.
	Profile string
}

const (
	startTime = 30 * time.Second // a cold start on a loaded machine took 6 s
	stepTime  = time.Minute
)

// Browser is a running Chromium with a profile of its own.
type Browser struct {
	t      testing.TB
	opt    Options
	ctx    context.Context
	cancel context.CancelFunc
	stop   context.CancelFunc // stops the allocator and waits for it
	cmd    *exec.Cmd
	closed bool
}

// New starts a Chromium that ends with the test.
func New(t testing.TB, o Options) *Browser {
	t.Helper()
	if o.Width == 0 {
		o.Width = 1280
	}
	if o.Height == 0 {
		o.Height = 800
	}
	b := &Browser{t: t, opt: o}
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		b.flags(find(t), profile(t, o))...)
	b.stop = stop
	b.ctx, b.cancel = chromedp.NewContext(alloc, chromedp.WithBrowserOption(
		chromedp.WithBrowserErrorf(func(string, ...any) {}))) // unknown events of newer versions
	t.Cleanup(b.Close)
	// The browser lives as long as the context of its first run, so the
	// deadline has to stand beside it.
	if err := within(startTime, func() error { return chromedp.Do(b.ctx) }); err != nil {
		t.Fatalf("browsertest: start chromium: %v", err)
	}
	return b
}

func (b *Browser) flags(bin, dir string) []chromedp.ExecAllocatorOption {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin),
		chromedp.UserDataDir(dir),
		chromedp.NoSandbox, // a container's root has none
		chromedp.DisableGPU,
		chromedp.IgnoreCertErrors,
		chromedp.WindowSize(b.opt.Width, b.opt.Height),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-popup-blocking", false),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en-US"),
		chromedp.Env("LANGUAGE=en"),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			ownGroup(cmd)
			b.cmd = cmd
		}))
	if b.opt.OneProcess || b.opt.NoScript {
		opts = append(opts, chromedp.Flag("disable-site-isolation-trials", true))
	}
	if b.opt.NoPageCache {
		// One list: chromedp's own is replaced.
		opts = append(opts, chromedp.Flag("disable-features", "site-per-process,Translate,BlinkGenPropertyTrees,BackForwardCache"))
	}
	if b.opt.HostRules != "" {
		opts = append(opts, chromedp.Flag("host-resolver-rules", b.opt.HostRules))
	}
	return opts
}

// Close ends the browser and every process that it started. New arranges for
// it; a test may call it earlier, and again.
func (b *Browser) Close() {
	if b.closed {
		return
	}
	b.closed = true
	polite, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	chromedp.Cancel(polite) // lets it leave its profile in order
	cancel()
	b.cancel()
	if b.cmd != nil && b.cmd.Process != nil {
		killGroup(b.cmd)
	}
	within(5*time.Second, func() error { b.stop(); return nil })
}

// GrantStorageAccess answers the storage access prompt with yes, as a person
// would have, for embedded inside origin (both are origins, https://host).
func (b *Browser) GrantStorageAccess(origin, embedded string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission:     &browser.PermissionDescriptor{Name: "storage-access"},
		Setting:        browser.PermissionSettingGranted,
		Origin:         origin,
		EmbeddedOrigin: embedded,
	})
	if err != nil {
		b.t.Fatalf("browsertest: grant storage access to %s in %s: %v", embedded, origin, err)
	}
}

// find looks for a Chromium, CHROMIUM first.
func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if bin, err := exec.LookPath(name); err == nil {
			return bin
		}
	}
	t.Fatal("browsertest: no Chromium found: install chromium, or run make test which installs it (CHROMIUM=/path/to/it names one)")
	return ""
}

// profile makes a user data directory with the cookie policy, which Chromium
// reads only at its start. One that was used before stays as it is.
func profile(t testing.TB, o Options) string {
	t.Helper()
	dir := o.Profile
	if dir == "" {
		dir = t.TempDir()
	}
	err := os.Mkdir(filepath.Join(dir, "Default"), 0o700)
	if errors.Is(err, fs.ErrExist) {
		return dir
	}
	if err == nil {
		prefs := fmt.Sprintf(`{"profile":{"cookie_controls_mode":%d}}`, o.ThirdPartyCookies)
		err = os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(prefs), 0o600)
	}
	if err != nil {
		t.Fatalf("browsertest: profile: %v", err)
	}
	return dir
}

// within runs f beside a deadline, for calls whose context must live longer.
func within(d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return fmt.Errorf("not done after %v: %w", d, context.DeadlineExceeded)
	}
}

// call runs a DevTools command on a tab and drops its result.
func call[P, R any](ctx context.Context, cmd cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(ctx, cmd, params)
	return err
}
