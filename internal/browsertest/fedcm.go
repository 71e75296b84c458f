package browsertest

import (
	"context"
	"maps"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fedcm"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// FedCM answers the browser's own dialog about accounts (FedCM) in a tab, which shows
// nothing to a test.
type FedCM struct {
	tab   *Tab
	shown chan *fedcm.EventDialogShown
}

// FedCM takes the dialogs of the tab over. The browser tells a page of a refusal at
// once, and not after the minute or so that keeps pages from telling who is signed in.
func (tab *Tab) FedCM() *FedCM {
	tab.t.Helper()
	f := &FedCM{tab: tab, shown: make(chan *fedcm.EventDialogShown, 16)}
	tab.mu.Lock()
	tab.fedcm = f.shown
	tab.mu.Unlock()
	tab.step("take over the dialogs about accounts", func(ctx context.Context) error {
		at := true
		return call(ctx, fedcm.Enable, fedcm.EnableParams{DisableRejectionDelay: &at})
	})
	return f
}

// Dialog waits for the next dialog and returns it.
func (f *FedCM) Dialog() *fedcm.EventDialogShown {
	f.tab.t.Helper()
	select {
	case d := <-f.shown:
		return d
	case <-time.After(stepTime):
	}
	f.tab.t.Fatalf("browsertest: waited %v for a dialog about accounts\n%s", stepTime, f.tab.state())
	return nil
}

// Chooser waits for the dialog that asks which account it shall be.
func (f *FedCM) Chooser() *fedcm.EventDialogShown {
	f.tab.t.Helper()
	d := f.Dialog()
	if d.DialogType != fedcm.DialogTypeAccountChooser {
		f.tab.t.Fatalf("browsertest: the dialog is %s, not the chooser: %s %s", d.DialogType, d.Title, d.Subtitle)
	}
	return d
}

// Select picks an account of the dialog, from 0.
func (f *FedCM) Select(d *fedcm.EventDialogShown, account int) {
	f.tab.t.Helper()
	f.tab.step("pick an account", func(ctx context.Context) error {
		return call(ctx, fedcm.SelectAccount, fedcm.SelectAccountParams{DialogID: d.DialogID, AccountIndex: int64(account)})
	})
}

// SignIn goes on from a dialog that says that nobody is signed in to the provider's
// sign-in page, and returns its window.
func (f *FedCM) SignIn(d *fedcm.EventDialogShown) *Tab {
	f.tab.t.Helper()
	return f.Window(func() {
		f.tab.step("go on to the sign-in page", func(ctx context.Context) error {
			return call(ctx, fedcm.ClickDialogButton, fedcm.ClickDialogButtonParams{
				DialogID: d.DialogID, DialogButton: fedcm.DialogButtonConfirmIdpLoginContinue,
			})
		})
	})
}

// Window runs open, which makes the browser open a window for its dialog, and returns
// the window. It is no page's popup, so that Tab.Popup does not see it.
func (f *FedCM) Window(open func()) *Tab {
	f.tab.t.Helper()
	before := f.windows()
	open()
	for deadline := time.After(stepTime); ; {
		for id := range f.windows() {
			if !before[id] {
				return f.tab.b.attach(f.tab.t, chromedp.WithTargetID(id))
			}
		}
		select {
		case <-deadline:
			f.tab.t.Fatalf("browsertest: waited %v for a window of the browser's dialog\n%s", stepTime, f.tab.state())
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// windows are the browser's windows and tabs.
func (f *FedCM) windows() map[target.ID]bool {
	ctx, cancel := context.WithTimeout(f.tab.b.ctx, stepTime)
	defer cancel()
	all, err := chromedp.Targets(ctx)
	if err != nil {
		f.tab.t.Fatalf("browsertest: list the windows: %v", err)
	}
	ids := map[target.ID]bool{}
	for _, i := range all {
		ids[i.TargetID] = i.Type == "page"
	}
	maps.DeleteFunc(ids, func(_ target.ID, page bool) bool { return !page })
	return ids
}

// Dismiss closes a dialog as a person does who wants none of it. The browser shows no
// other to this site for a while; Forget ends that.
func (f *FedCM) Dismiss(d *fedcm.EventDialogShown) {
	f.tab.t.Helper()
	f.tab.step("close the dialog", func(ctx context.Context) error {
		return call(ctx, fedcm.DismissDialog, fedcm.DismissDialogParams{DialogID: d.DialogID})
	})
}

// Silent tells whether no dialog but that of a renewal was shown since the last one
// that was waited for.
func (f *FedCM) Silent() bool {
	for {
		select {
		case d := <-f.shown:
			if d.DialogType != fedcm.DialogTypeAutoReauthn {
				return false
			}
		default:
			return true
		}
	}
}

// Forget ends the time for which the browser shows no dialog after one was closed.
func (f *FedCM) Forget() {
	f.tab.t.Helper()
	f.tab.step("end the cooldown", func(ctx context.Context) error { return call(ctx, fedcm.ResetCooldown, cdp.Empty{}) })
}
