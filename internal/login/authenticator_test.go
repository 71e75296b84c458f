package login_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/login"
)

func authenticator(t testing.TB) (*login.Authenticator, *login.Directory) {
	t.Helper()
	d, err := login.NewDirectory([]login.User{
		{ID: "u-1", Username: "alice", PasswordHash: cheap},
		{ID: "u-2", Username: "mallory", PasswordHash: cheap, Disabled: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return login.NewAuthenticator([]byte("key of the test")), d
}

// Every attempt runs the hash once, whatever is wrong with it; only what is too
// long is refused before.
func TestAuthenticate(t *testing.T) {
	a, d := authenticator(t)
	for name, tc := range map[string]struct {
		username, password string
		want               error
		runs               uint64
	}{
		"right":                  {"alice", "wonderland", nil, 1},
		"right in another case":  {" ALICE", "wonderland", nil, 1},
		"wrong password":         {"alice", "Wonderland", login.ErrCredentials, 1},
		"no password":            {"alice", "", login.ErrCredentials, 1},
		"unknown user":           {"carol", "wonderland", login.ErrCredentials, 1},
		"no user":                {"", "", login.ErrCredentials, 1},
		"invisible character":    {"alice\x00", "wonderland", login.ErrCredentials, 1},
		"an id is no name":       {"u-1", "wonderland", login.ErrCredentials, 1},
		"disabled":               {"mallory", "wonderland", login.ErrDisabled, 1},
		"disabled, wrong":        {"mallory", "guess", login.ErrCredentials, 1},
		"long password":          {"alice", strings.Repeat("x", 1024), login.ErrCredentials, 1},
		"password over the cap":  {"alice", strings.Repeat("x", 1025), login.ErrCredentials, 0},
		"username over the cap":  {strings.Repeat("x", 257), "wonderland", login.ErrCredentials, 0},
		"spaces are no password": {"alice", "wonderland ", login.ErrCredentials, 1},
	} {
		before := a.Runs()
		u, err := a.Authenticate(context.Background(), d, tc.username, tc.password)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
		if (u.ID == "u-1") != (tc.want == nil) || err != nil && u.Username != "" {
			t.Errorf("%s: user is %+v", name, u)
		}
		if runs := a.Runs() - before; runs != tc.runs {
			t.Errorf("%s: argon2id ran %d times, want %d", name, runs, tc.runs)
		}
	}
}

func TestAuthenticateHonoursContext(t *testing.T) {
	a, d := authenticator(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := a.Authenticate(ctx, d, "alice", "wonderland")
	if !errors.Is(err, context.Canceled) || errors.Is(err, login.ErrCredentials) {
		t.Errorf("got %v", err)
	}
	if a.Runs() != 0 {
		t.Error("argon2id ran for nobody")
	}
}

func TestAuthenticateTogether(t *testing.T) {
	a, d := authenticator(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if u, err := a.Authenticate(ctx, d, "alice", "wonderland"); err != nil || u.ID != "u-1" {
				t.Errorf("got %v, %v", u.ID, err)
			}
		})
	}
	wg.Wait()
	if a.Runs() != 16 {
		t.Errorf("argon2id ran %d times for 16 attempts", a.Runs())
	}
}

func BenchmarkAuthenticateUnknown(b *testing.B) {
	a, d := authenticator(b)
	for b.Loop() {
		a.Authenticate(context.Background(), d, "carol", "wonderland")
	}
}
