package account

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/hush-sso/hush/authorize"
)

// formLifetime is how long a form waits for its person.
const formLifetime = time.Hour

// ErrForm means that the form is not of this browser and session, or too old.
var ErrForm = errors.New("account: the form is not of this browser and session, or too old")

// form is what a page was made for.
type form struct {
	ID      string `json:"id"`
	UserID  string `json:"u"`
	Key     string `json:"k"` // of the session that showed it
	Binding string `json:"b"` // of the browser
	At      int64  `json:"at"`
}

// Form seals who and where a form is for. binding tells the browser.
func (s *Service) Form(v Visitor, binding string) string { return s.formOf(v, binding, rand.Text()) }

func (s *Service) formOf(v Visitor, binding, id string) string {
	plain, err := json.Marshal(form{id, v.User.ID, v.Own[0].Handle.Key.String(), binding, time.Now().Unix()})
	if err != nil {
		panic(err) // texts and a number always marshal
	}
	return s.forms.Seal(plain)
}

// Open takes a form back from the browser whose accounts these are, and returns
// the visitor whom it was shown to. The error is [ErrForm], or trouble with the
// store.
func (s *Service) Open(ctx context.Context, sealed, binding string, accounts []authorize.SignedIn) (Visitor, error) {
	var f form
	plain, err := s.forms.Open(sealed)
	if err != nil || json.Unmarshal(plain, &f) != nil || time.Since(time.Unix(f.At, 0)) > formLifetime || binding == "" || binding != f.Binding {
		return Visitor{}, ErrForm
	}
	visitors, err := s.Visitors(ctx, accounts)
	if err != nil {
		return Visitor{}, err
	}
	for _, v := range visitors {
		for _, o := range v.Own {
			if v.User.ID == f.UserID && o.Handle.Key.String() == f.Key {
				v.form = f.ID
				return v, nil
			}
		}
	}
	return Visitor{}, ErrForm
}

// first tells whether the form was not sent before.
func (s *Service) first(ctx context.Context, v Visitor) (bool, error) {
	return s.Flows.Forms.MarkUsed(ctx, v.form, rand.Text(), formLifetime)
}

// Mark seals a short text that our own pages carry in an address, so that nobody
// else can choose it. kind tells what for.
func (s *Service) Mark(kind, text string) string { return s.others.Seal([]byte(text), kind) }

// Marked returns the text of a mark, "" for what is none of this kind.
func (s *Service) Marked(kind, sealed string) string {
	plain, err := s.others.Open(sealed, kind)
	if err != nil {
		return ""
	}
	return string(plain)
}
