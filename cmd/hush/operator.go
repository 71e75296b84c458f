package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// operator is a command that asks the admin API of a running hush.
type operator struct {
	base  string // of the API, ends in a slash
	token string
	json  bool // print what the API answers, and no table
	out   io.Writer
	args  []string // what follows the flags

	user          string // --user
	everyone, yes bool   // --everyone, --yes

	now       bool   // --now
	algorithm string // --algorithm
}

// operatorTime bounds one call: ending everyone takes some seconds.
const operatorTime = 20 * time.Second

// action is one command of a group, such as list of sessions.
type action struct {
	name  string
	args  []string // names of what follows, where there are no flags of its own
	flags func(*operator, *flag.FlagSet)
	run   func(context.Context, *operator) error
	local func(ctx context.Context, args []string, stdout, stderr io.Writer) error // asks no API; in place of run
}

// group is what stands behind one word of hush's usage.
type group struct {
	name, usage string
	actions     []action
}

var groups = []group{
	{"sessions", sessionsUsage, []action{
		{"list", []string{"USER"}, nil, listSessions, nil},
		{"show", []string{"SESSION"}, nil, showSession, nil},
		{"end", nil, endFlags, endSessions, nil},
	}},
	{"consents", consentsUsage, []action{
		{"list", []string{"USER"}, nil, listConsents, nil},
		{"revoke", []string{"USER", "CLIENT"}, nil, revokeConsent, nil},
	}},
	{"users", usersUsage, []action{
		{"list", nil, nil, listUsers, nil},
		{"show", []string{"USER"}, nil, showUser, nil},
	}},
	{"factors", factorsUsage, []action{
		{"list", []string{"USER"}, nil, listFactors, nil},
		{"remove", []string{"USER", "FACTOR"}, nil, removeFactor, nil},
		{"reset", []string{"USER"}, nil, resetFactors, nil},
		{"export", nil, nil, nil, exportFactors},
		{"import", nil, nil, nil, importFactors},
		{"reseal", nil, nil, nil, resealFactors},
	}},
	{"clients", clientsUsage, []action{
		{"list", nil, nil, listClients, nil},
		{"show", []string{"CLIENT"}, nil, showClient, nil},
		{"end-sessions", []string{"CLIENT"}, nil, endClientSessions, nil},
	}},
	{"keys", keysUsage, []action{
		{"list", nil, nil, listKeys, nil},
		{"rotate", nil, rotateFlags, rotateKeys, nil},
		{"retire", []string{"KID"}, nil, retireKey, nil},
		{"export", nil, nil, nil, exportKeys},
	}},
	{"deliveries", deliveriesUsage, []action{{"list", nil, nil, listDeliveries, nil}}},
}

const operatorFlags = `
It asks the admin listener of a running hush, and shows it the token that
admin.token of hush.yaml holds: from HUSH_ADMIN_TOKEN, or from a file.
docs/admin.md tells more.
`

const sessionsUsage = `Usage: hush sessions list USER
       hush sessions show SESSION
       hush sessions end SESSION | --user USER | --everyone --yes

Shows where a user is signed in, one session with its apps, or ends sessions: one,
all of a user, or all there are. When it says that they are over, no node issues
anything for them any more.
` + operatorFlags + `
Example:

  hush sessions list alice
  hush sessions end --user alice
`

const consentsUsage = `Usage: hush consents list USER
       hush consents revoke USER CLIENT

Shows what a user allowed apps, or takes it back from one: tokens that the app has
are over, and the user is asked again.
` + operatorFlags + `
Example:

  hush consents list alice
  hush consents revoke alice shop
`

const usersUsage = `Usage: hush users list
       hush users show USER

Shows the users of the directory, or one of them with sessions and consents. USER
is the id, which is the username where hush.yaml sets no other.
` + operatorFlags + `
Example:

  hush users show alice
`

const clientsUsage = `Usage: hush clients list
       hush clients show CLIENT
       hush clients end-sessions CLIENT

Shows the apps of the configuration, one app, or ends what everyone has at one:
sessions count no more for it, and its tokens are over. Other apps keep theirs.
` + operatorFlags + `
Example:

  hush clients end-sessions shop
`

const deliveriesUsage = `Usage: hush deliveries [list]

Shows which apps have still to be told of sessions that ended (back-channel
logout), when they are tried again, and what went wrong last.
` + operatorFlags + `
Example:

  hush deliveries
`

// isOperator tells whether a command asks the admin API.
func isOperator(name string) bool { return groupOf(name) != nil }

func groupOf(name string) *group {
	for i := range groups {
		if groups[i].name == name {
			return &groups[i]
		}
	}
	return nil
}

func runOperator(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	g := groupOf(args[0])
	act, rest, err := g.action(args[1:], stderr)
	if err != nil {
		return err
	}
	if act.local != nil {
		return act.local(ctx, rest, stdout, stderr)
	}
	o := &operator{out: stdout}
	set := flag.NewFlagSet(g.name+" "+act.name, flag.ContinueOnError)
	if act.flags != nil {
		act.flags(o, set)
	}
	if err := o.parse(set, g.usage, rest, stderr); err != nil {
		return err
	}
	switch {
	case act.flags != nil: // it says itself what may follow
	case len(act.args) == 0 && len(o.args) > 0:
		return fmt.Errorf("hush %s takes flags only, not what follows them", set.Name())
	case len(o.args) != len(act.args):
		return fmt.Errorf("hush %s takes %s and nothing else", set.Name(), strings.Join(act.args, " and "))
	}
	return act.run(ctx, o)
}

// action finds the action that the arguments begin with. Flags alone, such as -h,
// are those of the first.
func (g *group) action(args []string, stderr io.Writer) (action, []string, error) {
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		return g.actions[0], args, nil
	}
	if len(args) == 0 && len(g.actions) == 1 {
		return g.actions[0], nil, nil
	}
	var names []string
	for _, a := range g.actions {
		if len(args) > 0 && args[0] == a.name {
			return a, args[1:], nil
		}
		names = append(names, a.name)
	}
	fmt.Fprint(stderr, g.usage)
	return action{}, nil, fmt.Errorf("hush %s needs one of: %s", g.name, strings.Join(names, ", "))
}

// dashed is the id of a session or a key that a flag could be taken for: one of 64
// begins with a dash. No flag of ours has their lengths.
var dashed = regexp.MustCompile(`^-[A-Za-z0-9_-]{21}([A-Za-z0-9_-]{21})?$`)

// parse reads flags wherever they stand; what follows -- is none.
func (o *operator) parse(set *flag.FlagSet, usage string, args []string, stderr io.Writer) error {
	at := set.String("admin", cmp.Or(os.Getenv("HUSH_ADMIN"), "http://"+defaultAdmin), "the admin listener, as URL or host:port; or HUSH_ADMIN says it")
	file := set.String("token-file", "", "a file with the token, instead of HUSH_ADMIN_TOKEN")
	set.BoolVar(&o.json, "json", false, "print JSON")
	for i, arg := range args {
		if arg == "--" {
			o.args, args = args[i+1:], args[:i]
			break
		}
	}
	var plain []string
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		if dashed.MatchString(arg) {
			plain = append(plain, arg)
			return true
		}
		return false
	})
	for len(args) > 0 {
		if err := parseSome(set, usage, args, stderr); err != nil {
			return err
		}
		if args = set.Args(); len(args) > 0 {
			plain, args = append(plain, args[0]), args[1:]
		}
	}
	o.args = append(plain, o.args...)
	var err error
	if o.base, err = apiOf(*at); err != nil {
		return err
	}
	o.token, err = adminToken(*file)
	return err
}

// apiOf returns the address of the API on an admin listener.
func apiOf(at string) (string, error) {
	if !strings.Contains(at, "://") {
		at = "http://" + at
	}
	u, err := url.Parse(at)
	if err != nil || !isHTTP(at) || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("--admin must be a URL or host:port, such as http://127.0.0.1:9090")
	}
	return strings.TrimSuffix(at, "/") + "/admin/v1/", nil
}

// adminToken is no flag of its own: every user of the machine sees those.
func adminToken(file string) (string, error) {
	token := os.Getenv("HUSH_ADMIN_TOKEN")
	if file != "" {
		data, err := os.ReadFile(file) //nolint:gosec // the operator's own choice
		if err != nil {
			return "", fmt.Errorf("--token-file: %w", err)
		}
		token = string(data)
	}
	if token = strings.TrimSpace(token); token == "" {
		return "", errors.New("the token is missing: set HUSH_ADMIN_TOKEN to what admin.token of hush.yaml holds, or name a file with --token-file")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("what HUSH_ADMIN_TOKEN, or the file of --token-file, holds is no token: it must be the token and nothing else")
	}
	return token, nil
}

// at is the address of a call. Ids are escaped, one that is dots too.
func (o *operator) at(query url.Values, parts ...string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		if escaped[i] = url.PathEscape(part); part == "." || part == ".." {
			escaped[i] = strings.ReplaceAll(part, ".", "%2E")
		}
	}
	address := o.base + strings.Join(escaped, "/")
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// maxAnswer bounds an answer in bytes: a page of sessions with many apps is large.
const maxAnswer = 64 << 20

// call asks the API and returns its answer.
func (o *operator) call(ctx context.Context, method, address string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, operatorTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+o.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	// As hush health: no proxy and no redirect gets to see the token.
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	listener := strings.TrimSuffix(o.base, "/admin/v1/")
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%s does not answer in time", listener)
	}
	if err != nil {
		return nil, fmt.Errorf("%s does not answer: %w. Is hush running, and is this its admin listener (--admin)?", listener, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s stopped answering: %w", listener, err)
	}
	return answer, refused(res, answer, listener)
}

// refused says what an answer that is none means for who typed the command.
func refused(res *http.Response, answer []byte, listener string) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	var said struct {
		Code string `json:"error"`
		Text string `json:"error_description"`
	}
	switch err := json.Unmarshal(answer, &said); {
	case err != nil && res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("there is no admin API at %s: set admin.token in hush.yaml and restart hush, or name its admin listener with --admin", listener)
	case err != nil || said.Text == "":
		return fmt.Errorf("%s answers %s", listener, res.Status)
	case res.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s does not know the token: it must be what admin.token of hush.yaml held when hush started", listener)
	}
	return fmt.Errorf("%s", plain(said.Text))
}

// fetch reads one thing.
func fetch[T any](ctx context.Context, o *operator, parts ...string) (T, error) {
	var v T
	answer, err := o.call(ctx, http.MethodGet, o.at(nil, parts...), nil)
	if err == nil {
		err = json.Unmarshal(answer, &v)
	}
	return v, err
}

// all reads every page of a list.
func all[T any](ctx context.Context, o *operator, parts ...string) ([]T, error) {
	items := []T{}
	query := url.Values{"limit": {"100"}}
	for {
		answer, err := o.call(ctx, http.MethodGet, o.at(query, parts...), nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next"`
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, err
		}
		if items = append(items, page.Items...); page.Next == "" {
			return items, nil
		}
		query.Set("cursor", page.Next)
	}
}

// change does something and reads what came of it.
func change[T any](ctx context.Context, o *operator, method string, body []byte, parts ...string) (T, error) {
	var v T
	answer, err := o.call(ctx, method, o.at(nil, parts...), body)
	if err == nil {
		err = json.Unmarshal(answer, &v)
	}
	return v, err
}
