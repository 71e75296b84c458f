package rules_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/rules/wire"
)

// enemy is the argument that makes this test a worker that says what it wants. It obeys
// until a run is of mallory; then it does what the rules of its set say: the name of an
// entry of enemies.
const enemy = "hush-rules-enemy"

func init() {
	if len(os.Args) == 2 && os.Args[1] == enemy {
		beEnemy()
		os.Exit(0)
	}
}

// say writes frames at once, however large.
func say(frames ...wire.Frame) {
	var b bytes.Buffer
	w := wire.NewWriter(&b)
	for _, f := range frames {
		w.Later(f)
	}
	_ = w.Flush()
	_, _ = os.Stdout.Write(b.Bytes())
}

func frame(kind wire.Kind, run uint32, payload string) wire.Frame {
	return wire.Frame{Kind: kind, Run: run, Payload: []byte(payload)}
}

func many(n int, f func(id uint32) wire.Frame) {
	for id := range n {
		say(f(uint32(id)))
	}
}

const denies = `{"Denied":"no","Rule":"1.js"}`

// enemies are by name what a worker says in a run.
var enemies = map[string]func(run uint32){
	"garbage": func(uint32) { _, _ = os.Stdout.WriteString(strings.Repeat("{}\n", 100)) },
	"huge frame": func(uint32) {
		_, _ = os.Stdout.Write(append(binary.BigEndian.AppendUint32(nil, 1<<31), make([]byte, 64)...))
	},
	"half a frame": func(run uint32) {
		_, _ = os.Stdout.Write([]byte{0, 0, 0, 9, byte(wire.Done), 0, 0, 0, byte(run), 0, 0, 0, 0, '{'})
		os.Exit(0)
	},
	"no JSON":         func(run uint32) { say(frame(wire.Done, run, `{"Denied":`)) },
	"two texts":       func(run uint32) { say(frame(wire.Done, run, `{}{}`)) },
	"unknown member":  func(run uint32) { say(frame(wire.Done, run, `{"UserID":"admin"}`)) },
	"reserved claim":  func(run uint32) { say(frame(wire.Done, run, `{"IDToken":{"sub":"admin"}}`)) },
	"reserved access": func(run uint32) { say(frame(wire.Done, run, `{"AccessToken":{"client_id":"admin"}}`)) },
	"user's id":       func(run uint32) { say(frame(wire.Done, run, `{"User":{"sub":"admin"}}`)) },
	"more scope":      func(run uint32) { say(frame(wire.Done, run, `{"Scope":["openid","admin"]}`)) },
	"much":            func(run uint32) { say(frame(wire.Done, run, `{"IDToken":{"x":"`+strings.Repeat("x", 60_000)+`"}}`)) },
	"deep": func(run uint32) {
		say(frame(wire.Done, run, `{"IDToken":{"x":`+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`}}`))
	},
	"redirect to code": func(run uint32) { say(frame(wire.Done, run, `{"Redirect":"javascript:alert(1)","Rule":"1.js"}`)) },
	"two ways": func(run uint32) {
		say(frame(wire.Done, run, `{"Redirect":"https://shop.example/","Multifactor":true,"Rule":"1.js"}`))
	},
	"other's rule":  func(run uint32) { say(frame(wire.Done, run, `{"Denied":"no","Rule":"../x.js"}`)) },
	"another run":   func(run uint32) { say(frame(wire.Done, run+1, `{}`)) },
	"run none":      func(uint32) { say(frame(wire.Done, 0, `{}`)) },
	"loaded again":  func(uint32) { say(frame(wire.Loaded, 0, "")) },
	"frame of ours": func(run uint32) { say(frame(wire.Run, run, `{}`)) },
	"lines": func(run uint32) {
		many(1000, func(uint32) wire.Frame { return frame(wire.Log, run, `{"level":"info","text":"x"}`) })
	},
	"bad line": func(run uint32) { say(frame(wire.Log, run, `[`)) },
	"calls": func(run uint32) {
		many(1000, func(id uint32) wire.Frame {
			f := frame(wire.Call, run, `{"method":"fetch","args":[]}`)
			f.ID = id
			return f
		})
	},
	"call twice and done": func(run uint32) {
		f := frame(wire.Call, run, `{"method":"fetch","args":[]}`)
		say(f, f, frame(wire.Done, run, `{}`))
	},
	"last words": func(uint32) {
		_, _ = os.Stderr.WriteString("panic: 401 with s3cr3t-value\n")
		os.Exit(2)
	},
	"call twice": func(run uint32) { f := frame(wire.Call, run, `{"method":"fetch","args":[]}`); say(f, f) },
	"enters for ever": func(run uint32) {
		for {
			say(frame(wire.Enter, run, ""))
		}
	},
	"dies":            func(uint32) { os.Exit(7) },
	"listens no more": func(uint32) { _ = os.Stdin.Close(); select {} },
	"fills stderr": func(uint32) {
		for {
			_, _ = os.Stderr.WriteString(strings.Repeat("x\n", 1000))
		}
	},
}

func beEnemy() {
	from := wire.NewReader(os.Stdin, false)
	loaded, err := from.Next()
	if err != nil {
		return
	}
	say(frame(wire.Loaded, 0, ""))
	for {
		f, err := from.Next()
		if err != nil {
			return
		}
		if !bytes.Contains(f.Payload, []byte("mallory")) {
			say(frame(wire.Done, f.Run, "{}"))
			continue
		}
		if bytes.Contains(loaded.Payload, []byte(`"late"`)) {
			say(frame(wire.Done, f.Run, "{}"), frame(wire.Done, f.Run+1, denies), frame(wire.Done, f.Run, denies))
			continue
		}
		for name, attack := range enemies {
			if bytes.Contains(loaded.Payload, []byte(`"`+name+`"`)) {
				attack(f.Run)
			}
		}
	}
}

// TestEnemy has workers that say anything: each is ended, nothing of what it says is
// believed, and the next user passes.
func TestEnemy(t *testing.T) {
	t.Parallel()
	for name := range enemies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := engine(t, rules.Hostile(enemy))
			b := e.With(set(name))
			passInTime(t, b, alice())
			before := rules.Processes(e)
			f := failure(t, b, mallory())
			t.Log(f)
			if v := passInTime(t, b, alice()); v.Rule != "" || len(v.IDToken) > 0 {
				t.Errorf("the next one got %+v", v)
			}
			for _, p := range before {
				<-rules.Gone(p)
			}
		})
	}
}

// passInTime judges until the machine has the time for it: a run of an enemy has little.
func passInTime(t *testing.T, b *rules.Bound, in *rules.Input) rules.Verdict {
	t.Helper()
	for {
		v, err := b.Judge(t.Context(), in)
		var f *rules.Failure
		if errors.As(err, &f) && (f.Kind == rules.TimedOut || f.Kind == rules.Overload) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestForgedAfterwards: a worker that says more after the run does not decide the next.
// It is ended for that, before the next one gets it or in the middle.
func TestForgedAfterwards(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Hostile(enemy))
	b := e.With(set("late"))
	for range 3 {
		for _, in := range []*rules.Input{mallory(), alice()} {
			v, err := b.Judge(t.Context(), in)
			var f *rules.Failure
			if err != nil && !errors.As(err, &f) {
				t.Fatal(err)
			}
			if v.Denied != nil {
				t.Fatalf("the run of %s was decided by what a worker had said before", in.User.UserID)
			}
		}
	}
}

// TestEndedIsNotBelieved: what a worker said is worth nothing once it had to be ended,
// also where its verdict was on the way already.
func TestEndedIsNotBelieved(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Hostile(enemy))
	b := e.With(set("call twice and done"))
	for range 10 {
		if v, err := b.Judge(t.Context(), mallory()); err == nil {
			t.Fatalf("Judge = %+v", v)
		}
	}
}

// TestLastWordsAreRedacted: what a worker says as it dies may be of a rule.
func TestLastWordsAreRedacted(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Hostile(enemy))
	f := failure(t, e.With(set("last words")), mallory())
	if strings.Contains(f.Detail, "s3cr3t") || f.Kind == rules.Died && !strings.Contains(f.Detail, "[configuration.API_KEY]") {
		t.Errorf("failed with %v", f)
	}
}
