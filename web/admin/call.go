package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// call is one call under way.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	query map[string]string
	audit []slog.Attr // what the audit line says of it
}

func (c *call) ctx() context.Context { return c.r.Context() }

// note adds to the audit line.
func (c *call) note(key, value string) { c.audit = append(c.audit, slog.String(key, value)) }

// ended notes how many sessions a call ended.
func (c *call) ended(n int) { c.audit = append(c.audit, slog.Int("ended", n)) }

// split returns the parts of an escaped path below Prefix, unescaped. Each must be
// one that a call or an id can have: what was put together wrongly means nothing.
func split(escaped string) ([]string, error) {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimPrefix(escaped, Prefix), "/") {
		text, err := url.PathUnescape(part)
		if err != nil || part == "." || part == ".." || !printable(text) {
			return nil, oauth.Errorf(errNotFound, "Nothing is served at this address: a part of its path is empty, or holds what no id does. Escape ids, a dot that stands alone too. "+Prefix+"openapi.yaml lists what is.")
		}
		parts = append(parts, text)
	}
	return parts, nil
}

// printable tells whether a text can be the id of a user or an app: printable
// ASCII, as in a sub claim (OpenID Connect Core 1.0 section 2).
func printable(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// read reads the query strictly: what the call does not know, or is said twice, may
// be meant to narrow what is to be ended.
func (c *call) read(allowed string) error {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return oauth.Errorf(oauth.InvalidRequest, "The query cannot be read.")
	}
	c.query = make(map[string]string, len(values))
	for name, list := range values {
		switch {
		case !slices.Contains(strings.Fields(allowed), name):
			return oauth.Errorf(oauth.InvalidRequest, "This call takes no such parameter; it takes: %s.", strings.Join(append(strings.Fields(allowed), "nothing else"), ", "))
		case len(list) > 1:
			return oauth.Errorf(oauth.InvalidRequest, "%s must not be repeated.", name)
		}
		c.query[name] = list[0]
	}
	if c.r.Method != http.MethodPost && c.r.Method != http.MethodPatch && c.r.ContentLength != 0 {
		return oauth.Errorf(oauth.InvalidRequest, "This call takes no body.")
	}
	return nil
}

// How many entries a page has.
const (
	usualLimit = 50
	mostLimit  = 100
)

func (c *call) limit() (int, error) {
	text := c.query["limit"]
	if text == "" {
		return usualLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostLimit {
		return 0, oauth.Errorf(oauth.InvalidRequest, "limit must be a number from 1 to %d.", mostLimit)
	}
	return n, nil
}

// maxBody bounds a body in bytes.
const maxBody = 4 << 10

// body reads a JSON object strictly into a struct: no member twice, none that is
// unknown.
func (c *call) body(into any) error { return c.bodyOf(maxBody, into) }

// bodyOf is body for one of so many bytes at most.
func (c *call) bodyOf(most int64, into any) error {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return oauth.Errorf(oauth.InvalidRequest, "The body must be sent as application/json.")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, most))
	if err == nil {
		err = strictly(raw, into)
	}
	if err != nil {
		return &oauth.Error{Code: oauth.InvalidRequest, Description: "The body is not the JSON object that this call takes: openapi.yaml has it."}
	}
	return nil
}

func strictly(raw []byte, into any) error {
	if err := jose.CheckObject(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
