package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// renewalCookie is the cookie by which one app renews in a frame where the browser
// blocks third-party cookies. It is partitioned (CHIPS): a browser that has one of
// ours beside the pages of one site sends it nowhere else. What it holds opens a
// binding of the session, and not the session. Each client has a name of its own.
type renewalCookie struct {
	http.Cookie // attributes, and how the name begins
	box         *seal.Box
	on          bool // it travels to other sites at all
}

func newRenewalCookie(k *seal.Keyring, name string, o sessions.Options) renewalCookie {
	return renewalCookie{
		Cookie: http.Cookie{
			Name: name, Path: o.Path, Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
		},
		box: k.Box("renewal cookie"), on: o.SameSite == http.SameSiteNoneMode,
	}
}

// nameFor is the cookie's name for a client. Two of one name could at worst not read
// each other's: the client is sealed in.
func (c *renewalCookie) nameFor(clientID string) string {
	sum := sha256.Sum256([]byte(clientID))
	return c.Name + hex.EncodeToString(sum[:6])
}

// reader returns what reads a request's cookies, nil where none came.
func (c *renewalCookie) reader(r *http.Request) func(string) (authorize.Renewal, bool) {
	if !c.on || !slices.ContainsFunc(r.Header["Cookie"], func(line string) bool { return strings.Contains(line, c.Name) }) {
		return nil
	}
	return func(clientID string) (authorize.Renewal, bool) { return c.read(r, clientID) }
}

// read returns what the client's cookie holds. What cannot be read is no cookie, nor
// is one that came twice.
func (c *renewalCookie) read(r *http.Request, clientID string) (authorize.Renewal, bool) {
	value, ok := only(r, c.nameFor(clientID))
	if !ok || !c.on {
		return authorize.Renewal{}, false
	}
	text, err := c.box.Open(value, clientID)
	if err != nil {
		return authorize.Renewal{}, false
	}
	held, err := parseRenewal(string(text))
	return held, err == nil
}

// write has the browser hold a renewal cookie, beside the page that asked: until it is
// closed, as the session's own, but for who asked to stay signed in.
func (c *renewalCookie) write(w http.ResponseWriter, clientID string, held *authorize.Renewal, life time.Duration) {
	cookie := c.Cookie
	cookie.Name = c.nameFor(clientID)
	if held.Kept {
		cookie.MaxAge = int(life.Seconds())
	}
	cookie.Value = c.box.Seal([]byte(formatRenewal(held)), clientID)
	http.SetCookie(w, &cookie)
}

// formatRenewal writes handle, site, when it was made in seconds, group, whether it
// outlives the browser, and user id.
func formatRenewal(r *authorize.Renewal) string {
	return strings.Join([]string{r.Handle.String(), r.Site, strconv.FormatInt(r.Made.Unix(), 10), r.Group, strconv.FormatBool(r.Kept), r.UserID}, "\t")
}

func parseRenewal(text string) (authorize.Renewal, error) {
	parts := strings.SplitN(text, "\t", 6)
	if len(parts) != 6 || parts[1] == "" {
		return authorize.Renewal{}, errors.New("web: renewal cookie holds nothing")
	}
	handle, failed := session.ParseHandle(parts[0])
	made, err := strconv.ParseInt(parts[2], 10, 64)
	return authorize.Renewal{
		SignedIn: authorize.SignedIn{Handle: handle, Group: parts[3], UserID: parts[5], Kept: parts[4] == "true"},
		Site:     parts[1], Made: time.Unix(made, 0),
	}, errors.Join(failed, err)
}
