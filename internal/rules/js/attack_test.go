package js

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// No file is read, not even the source map that a comment names: it would show in
// where errors are said to be.
func TestNoFileIsRead(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "map")
	if err := os.WriteFile(name, []byte(`{"version": 3, "sources": ["stolen.js"], "names": [], "mappings": "AAAA;AAAA;AAAA;AAAA"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	comment := "\n//# sourceMappingURL=file://" + filepath.ToSlash(name)
	if _, err := Compile(files(body("missing();") + comment)); err == nil || err.Error() != "1.js:2: uses missing, which does not exist here" {
		t.Error(err)
	}
	text, _ := json.Marshal("\n\nnew Error('x').stack" + comment)
	if o := pass(t, &fakeHost{}, body("context.idToken.is = eval("+string(text)+");")); o.Failure != nil || strings.Contains(string(o.IDToken["is"]), "stolen") {
		t.Errorf("%s %+v", o.IDToken["is"], o.Failure)
	}
}

// What users write into their metadata is data.
func TestUserDataPollutesNothing(t *testing.T) {
	t.Parallel()
	in := input()
	in.User = json.RawMessage(`{"user_id": "u", "user_metadata": {"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}, "app_metadata": {}}`)
	p := compile(t, body(`const merged = _.merge({}, user.user_metadata), spread = { ...user.user_metadata };
		context.idToken.is = [{}.admin, user.app_metadata.admin, user.user_metadata.admin, merged.admin, spread.admin, context.admin].map((x) => x === undefined);`))
	o := p.Run(context.Background(), in, &fakeHost{})
	if got := string(o.IDToken["is"]); got != "[true,true,true,true,true,true]" {
		t.Errorf("%s %+v", got, o.Failure)
	}
}

// Answers that come after the run are nobody's.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	release, called := make(chan struct{}), make(chan struct{})
	h := &fakeHost{answers: map[string]func([]json.RawMessage) (any, error){"updateAppMetadata": func([]json.RawMessage) (any, error) {
		close(called)
		<-release
		return 1, nil
	}}}
	p := compile(t, body("auth0.users.updateAppMetadata(user.user_id, {}).then(() => { throw new Error('late'); });"))
	if o := p.Run(context.Background(), input(), h); o.Failure != nil {
		t.Errorf("%+v", *o.Failure)
	}
	<-called
	close(release)
	if o := p.Run(context.Background(), input(), &fakeHost{}); o.Failure != nil {
		t.Errorf("the next run: %+v", *o.Failure)
	}
}
