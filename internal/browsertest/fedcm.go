package browsertest

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fedcm"
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
	return f.tab.Popup(func() {
		f.tab.step("go on to the sign-in page", func(ctx context.Context) error {
			return call(ctx, fedcm.ClickDialogButton, fedcm.ClickDialogButtonParams{
				DialogID: d.DialogID, DialogButton: fedcm.DialogButtonConfirmIdpLoginContinue,
			})
		})
	})
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
