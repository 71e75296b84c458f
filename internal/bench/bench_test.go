package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the floor, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == floorRole {
		if err := command(context.Background(), os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestCommand runs two suites as briefly as can be and reads what they print: the
// numbers are worth nothing, but every answer was right.
func TestCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds hush")
	}
	file := filepath.Join(t.TempDir(), "performance.md")
	if err := os.Mkdir(filepath.Join(filepath.Dir(file), "img"), 0o755); err != nil {
		t.Fatal(err)
	}
	args := strings.Fields("-round 30ms -rounds 1 -conns 2 -sessions 1 -only code|es256 -write " + file + " silent token")
	if err := run(t.Context(), args, io.Discard, t.Output()); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"| code | 2 |", "| code | 1 |", "ES256 both", "| redeeming it |", "| renewing and redeeming |", "| hush |"} {
		if !strings.Contains(string(page), row) {
			t.Errorf("no row %q in:\n%s", row, page)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", ""},
		{"-rounds 1 growth token", ""},
		{"all", ""},
		{"-rounds 0", "more than nothing"},
		{"-round 0s", "more than nothing"},
		{"silence", `no suite "silence"`},
		{"-nope", errUsage.Error()},
	} {
		_, err := parse(strings.Fields(c.args), io.Discard)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestRound(t *testing.T) {
	r := &round{wall: 2 * time.Second}
	tallies := make([]tally, 2)
	for n := range 100 {
		tallies[n%2].add(granted, nil, time.Duration(100-n)*time.Millisecond)
	}
	r.sum(tallies)
	if r.rate() != 50 || r.share(.5) != 51*time.Millisecond || r.share(.99) != 100*time.Millisecond || r.share(1) != 100*time.Millisecond {
		t.Errorf("%v a second, %v, %v, %v", r.rate(), r.share(.5), r.share(.99), r.share(1))
	}
	if r.server = time.Second; r.each(r.server) != 10*time.Millisecond {
		t.Errorf("%v each", r.each(r.server))
	}
	if err := r.all(); err != nil {
		t.Error(err)
	}
	r.answers[busy]++
	if err := r.all(); err == nil || !strings.Contains(err.Error(), "1 of 101") {
		t.Errorf("a refusal passes: %v", err)
	}
}

func TestJudge(t *testing.T) {
	state := []byte("800000000000002a")
	for _, c := range []struct {
		status int
		body   string
		want   outcome
	}{
		{200, `{"code":"x","state":"800000000000002a"}`, granted},
		{200, `{"code":"x","state":"800000000000002b"}`, failed},
		{200, `{"error":"login_required","state":"800000000000002a"}`, failed},
		{200, `{"error":"temporarily_unavailable","state":"800000000000002a"}`, busy},
		{503, ``, bare},
		{500, `{"code":"x","state":"800000000000002a"}`, failed},
	} {
		if got, err := judge(c.status, []byte(c.body), state, codeAnswer); got != c.want || (err != nil) != (got == failed) {
			t.Errorf("%d %s: %d, %v", c.status, c.body, got, err)
		}
	}
}

func TestReplaceBlock(t *testing.T) {
	page := replaceBlock("# Title\n\nText.\n", "one", "first\n")
	page = replaceBlock(page, "two", "second\n")
	page = replaceBlock(page+"The end.\n", "one", "third\n")
	want := "# Title\n\nText.\n<!-- bench: one -->\nthird\n<!-- end of bench: one -->\n<!-- bench: two -->\nsecond\n<!-- end of bench: two -->\nThe end.\n"
	if page != want {
		t.Errorf("%s", page)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999.6: "1,000", 12_345: "12,345", 1_000_000: "1,000,000"} {
		if got := count(n); got != want {
			t.Errorf("%v: %s, want %s", n, got, want)
		}
	}
	if got := cpu(87 * time.Microsecond); got != "0.087" {
		t.Errorf("%s", got)
	}
}
