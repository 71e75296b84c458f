package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
)

// verify checks the signatures of one answer of each kind as an app would, with the keys
// that are published: what is measured has to be worth something.
func (s *site) verify(ctx context.Context) error {
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(ctx, &http.Client{Transport: toward(s.hush.addr)}), issuer+".well-known/jwks.json")
	c, err := dial(ctx, s.hush.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, k := range kinds {
		if k.algs == nil {
			continue
		}
		q := renewal(k, s.hush.cookies[0])
		q.mark(1)
		_, body, err := c.do(q.raw)
		if err != nil {
			return err
		}
		for _, name := range []string{"id_token", "access_token"} {
			if _, err := keys.VerifySignature(ctx, field(body, name)); err != nil {
				return fmt.Errorf("%s: %s: %w", k.name, name, err)
			}
		}
	}
	return nil
}

// field returns a text of the JSON that an answer holds, "" where there is none.
func field(body []byte, name string) string {
	_, rest, ok := bytes.Cut(body, []byte(`"`+name+`":`))
	if !ok {
		return ""
	}
	var text string
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&text); err != nil {
		return ""
	}
	return text
}

// toward sends requests for the issuer to where it is served without TLS.
type toward string

func (addr toward) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, "http", string(addr)
	return http.DefaultTransport.RoundTrip(r)
}
