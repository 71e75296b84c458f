package doctor

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/jose"
)

// jwk is what is judged of a key, beside what jose judges.
type jwk struct {
	KID, Alg, Kty, Use string
	raw                json.RawMessage
	members            map[string]json.RawMessage
}

// keys reads the set. nil where there is none.
func (f *facts) keys() []jwk {
	r := f.replies[rKeys]
	var doc struct{ Keys []json.RawMessage }
	if !r.came() || json.Unmarshal([]byte(r.Body), &doc) != nil {
		return nil
	}
	var list []jwk
	for _, raw := range doc.Keys {
		k := jwk{raw: raw}
		if json.Unmarshal(raw, &k) != nil || json.Unmarshal(raw, &k.members) != nil {
			return nil
		}
		list = append(list, k)
	}
	return list
}

// private are members of RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
var private = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

func checkKeys(f *facts, n *notes) {
	switch r := f.replies[rKeys]; {
	case errors.Is(r.Err, errElsewhere):
		n.warn("examine that host by itself", "jwks_uri is at another host, which was not asked: %s", f.text("jwks_uri"))
		return
	case !r.came():
		n.fail("see what is in between", "jwks_uri, %s: %v", f.text("jwks_uri"), r.Err)
	case r.Status == http.StatusServiceUnavailable:
		n.fail("look at /readyz: its signing keys, which are in Redis, are not loaded", "jwks_uri is answered with 503")
	case r.Status != http.StatusOK || len(f.keys()) == 0:
		n.fail("let the proxy pass on "+f.text("jwks_uri"), "there are no keys at jwks_uri, which is answered with %d", r.Status)
	}
	seen := map[string]bool{}
	for _, k := range f.keys() {
		for _, name := range private {
			if k.members[name] != nil {
				n.fail("everybody can sign as this provider: retire the key at once and see how it got there", "key %q is published with its private part (%s)", k.KID, name)
				break
			}
		}
		if k.KID == "" || seen[k.KID] {
			n.fail("give each key a kid of its own", "key %q has no kid, or that of another key: libraries pick the wrong one", k.KID)
		}
		seen[k.KID] = true
		if _, err := jose.ParseJWK(k.raw); err != nil && !errors.Is(err, jose.ErrUnsupported) && len(n.list) == 0 {
			n.fail("retire the key", "key %q cannot be used: %v", k.KID, err)
		}
	}
	n.good("%d keys, each with its kid, none private", len(f.keys()))
}

// checkAlgorithms: an algorithm that is offered needs a key that may be used for it.
func checkAlgorithms(f *facts, n *notes) {
	list := f.keys()
	if len(list) == 0 {
		return
	}
	for _, alg := range f.list("id_token_signing_alg_values_supported") {
		found := strings.HasPrefix(alg, "HS") || alg == "none"
		for _, k := range list {
			found = found || k.Alg == alg || k.Alg == "" && len(alg) > 1 && strings.Contains(family[k.Kty], alg[:2])
		}
		if !found {
			n.fail("see that every node has the same keys, and that no cache holds an older set", "discovery offers %s and there is no key for it", alg)
		}
	}
	n.good("there is a key for each algorithm")
}

// family are the beginnings of algorithms that a type of key is for.
var family = map[string]string{"RSA": "RS PS", "EC": "ES", "OKP": "Ed"}

// maxAge is how long an answer may be kept (RFC 9111 section 5.2.2.1), 0 where that is
// not said.
func maxAge(r *reply) time.Duration {
	for part := range strings.SplitSeq(r.Header.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if seconds, err := strconv.Atoi(value); err == nil && strings.EqualFold(name, "max-age") {
			return time.Duration(seconds) * time.Second
		}
	}
	return 0
}
