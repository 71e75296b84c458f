package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var parked = regexp.MustCompile(`name="request" value="([^"]+)"`)

// signIn goes through the sign-in form n times, in browsers of their own, and keeps the
// cookies that go into frames.
func (t *target) signIn(ctx context.Context, n int) error {
	for range n {
		cookies, err := signIn(ctx, t.addr)
		if err != nil {
			return err
		}
		t.cookies = append(t.cookies, cookies)
	}
	return nil
}

// signIn returns the Cookie header of a browser that signed in.
func signIn(ctx context.Context, addr string) (string, error) {
	form, page, err := send(ctx, http.MethodGet, "http://"+addr+"/authorize?"+parameters(kinds[0], "").Encode(), nil)
	if err != nil {
		return "", err
	}
	found := parked.FindStringSubmatch(page)
	if found == nil {
		return "", fmt.Errorf("no sign-in form: %s", page)
	}
	fields := url.Values{"request": {html.UnescapeString(found[1])}, "username": {username}, "password": {password}}
	resp, page, err := send(ctx, http.MethodPost, "http://"+addr+"/login", strings.NewReader(fields.Encode()), form.Cookies()...)
	if err != nil {
		return "", err
	}
	var cookies []string
	for _, c := range resp.Cookies() {
		if c.SameSite == http.SameSiteNoneMode {
			cookies = append(cookies, c.Name+"="+c.Value)
		}
	}
	if len(cookies) == 0 {
		return "", fmt.Errorf("signing in gave no cookie: %s", page)
	}
	return strings.Join(cookies, "; "), nil
}

// send makes a browser's request at the top, and follows no redirect.
func send(ctx context.Context, method, address string, body io.Reader, cookies ...*http.Cookie) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, "", err
	}
	r.Host = host
	r.Header.Set("Sec-Fetch-Dest", "document")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= http.StatusInternalServerError {
		err = errors.New(resp.Status)
	}
	return resp, string(text), err
}
