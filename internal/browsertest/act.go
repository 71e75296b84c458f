package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/fedcm"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Wait waits until the element of the CSS selector can be seen.
func (tab *Tab) Wait(selector string) {
	tab.t.Helper()
	tab.step("wait for "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(selector)))
	})
}

// WaitEval waits until the JavaScript expression is truthy, across navigations.
func (tab *Tab) WaitEval(js string, timeout time.Duration) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, timeout)
	defer cancel()
	for {
		// An error is a page that is just being replaced, or has no such
		// thing yet.
		var ok bool
		err := eval(ctx, "Promise.resolve("+js+").then(Boolean)", &ok)
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			tab.t.Fatalf("browsertest: waited %v for %s (last error: %v)\n%s", timeout, js, err, tab.state())
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// Type clicks on the element and types text, key by key.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.step("type into "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS(selector), text))
	})
}

// Press sends keys to whatever has the focus, e.g. kb.Tab.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.step(fmt.Sprintf("press %q", keys), func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.KeyEvent(keys))
	})
}

// SetValue replaces the value of a form field.
func (tab *Tab) SetValue(selector, value string) {
	tab.t.Helper()
	tab.step("set "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetValue(chromedp.CSS(selector), value))
	})
}

// Click waits for the element and clicks on it with the mouse, which is a user
// gesture. It does not wait for what follows.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.step("click "+selector, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
	})
}

// Text waits for the element and returns its visible text.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	var text string
	tab.step("read "+selector, func(ctx context.Context) (err error) {
		text, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible))
		return err
	})
	return strings.TrimSpace(text)
}

// URL is the page's address.
func (tab *Tab) URL() string {
	tab.t.Helper()
	var url string
	tab.Eval("location.href", &url)
	return url
}

// listen collects what the page says. It runs between the browser's messages,
// so it must neither block nor send a command.
func (tab *Tab) listen(ev any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		tab.console = append(tab.console, string(ev.Type)+": "+arguments(ev.Args))
	case *runtime.EventExceptionThrown:
		tab.console = append(tab.console, "exception: "+exception(ev.ExceptionDetails))
	case *log.EventEntryAdded:
		e := ev.Entry
		tab.console = append(tab.console, strings.TrimSpace(string(e.Level)+": "+e.Text+" "+e.URL))
	case *audits.EventIssueAdded:
		if d := ev.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			tab.violations = append(tab.violations, strings.TrimSpace(d.ViolatedDirective+" "+d.BlockedURL))
		}
	case *fedcm.EventDialogShown:
		select {
		case tab.fedcm <- ev:
		default: // nobody waits for that many
		}
	case *page.EventJavascriptDialogOpening:
		tab.dialogs = append(tab.dialogs, ev.Message)
		go tab.accept()
	}
}

// accept answers a dialog, which holds up its page until then.
func (tab *Tab) accept() {
	ctx, cancel := context.WithTimeout(tab.ctx, stepTime)
	defer cancel()
	// An error means that the page went away, and its dialog with it.
	call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		var text string
		switch {
		case json.Unmarshal(a.Value, &text) == nil:
			words = append(words, text)
		case len(a.Value) > 0:
			words = append(words, string(a.Value))
		default:
			words = append(words, a.Description)
		}
	}
	return strings.Join(words, " ")
}
