//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
)

// terminal returns both ends of a pseudo-terminal: what a person types into and
// sees, and what the program reads.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

func TestPasswordIsNotEchoed(t *testing.T) {
	for second, want := range map[string]string{"wonderland": "", "wunderland": "not the same"} {
		person, program := terminal(t)
		var out, prompts hushtest.Output
		ended := make(chan error, 1)
		go func() { ended <- run(t.Context(), []string{"hash-password"}, program, &out, &prompts) }()
		for i, typed := range []string{"wonderland", second} {
			until(t, "prompt", func() bool { return strings.Count(prompts.String(), ": ") == i+1 })
			io.WriteString(person, typed+"\n")
		}
		err := <-ended
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
			continue
		}
		users, bad := login.NewDirectory([]login.User{{Username: "a", PasswordHash: strings.TrimSpace(out.String())}})
		if err != nil || bad != nil {
			t.Fatal(err, bad)
		}
		if _, err := login.NewAuthenticator([]byte("key of the test")).Authenticate(t.Context(), users, "a", "wonderland"); err != nil {
			t.Error(err)
		}
		// The echo is on again: what is typed now is the first thing shown.
		io.WriteString(person, "visible\n")
		seen := make([]byte, 200)
		n, err := person.Read(seen)
		if text := string(seen[:n]); err != nil || !strings.Contains(text, "visible") || strings.Contains(text, "onderland") {
			t.Errorf("the terminal shows %q, %v", text, err)
		}
	}
}
