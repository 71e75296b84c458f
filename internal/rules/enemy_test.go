package rules_test

import (
	"bytes"
	"encoding/binary"
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
			pass(t, b, alice())
			before := rules.Processes(e)
			f := failure(t, b, mallory())
			t.Log(f)
			if v := pass(t, b, alice()); v.Rule != "" || len(v.IDToken) > 0 {
				t.Errorf("the next one got %+v", v)
			}
			for _, p := range before {
				<-rules.Gone(p)
			}
		})
	}
}

// TestForgedAfterwards: a worker that says more after the run does not decide the next.
func TestForgedAfterwards(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Hostile(enemy))
	b := e.With(set("late"))
	for range 3 {
		_, _ = b.Judge(t.Context(), mallory())
		// It is ended for that, perhaps in the middle of the next run.
		if v, err := b.Judge(t.Context(), alice()); v.Denied != nil {
			t.Fatalf("the run of another user was decided by what a worker had said before: %+v, %v", v, err)
		}
	}
}
