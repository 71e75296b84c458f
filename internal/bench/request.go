package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// The verifier and challenge of RFC 7636 appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// request is a request that is sent many times, each time with another state.
type request struct {
	raw   []byte
	state int // where it stands in raw
	want  []string
}

const stateDigits = 16

// mark gives the request a state and returns its text.
func (q *request) mark(n uint64) []byte {
	text := strconv.AppendUint(make([]byte, 0, stateDigits), n|1<<63, 16)
	copy(q.raw[q.state:], text)
	return q.raw[q.state : q.state+stateDigits]
}

// parameters are those of a renewal by a current browser library.
func parameters(k kind, prompt string) url.Values {
	q := url.Values{
		"client_id": {k.client}, "redirect_uri": {app + "/callback"}, "response_type": {k.types},
		"response_mode": {"web_message"}, "scope": {"openid profile email read"}, "audience": {audience(k.api)},
		"state": {strings.Repeat("0", stateDigits)}, "nonce": {"bm9uY2Utb2YtdGhlLWFwcA"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	if k.resource {
		q.Set("resource", q.Get("audience"))
		q.Del("audience")
	}
	if k.resource && k.types != "code" {
		q.Del("code_challenge")
		q.Del("code_challenge_method")
	}
	if prompt != "" {
		q.Set("prompt", prompt)
	}
	return q
}

// renewal is a hidden frame's request as Chromium sends it.
func renewal(k kind, cookies string) *request {
	raw := "GET /authorize?" + parameters(k, "none").Encode() + " HTTP/1.1\r\n" +
		"Host: " + host + "\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Accept-Language: en-GB,en;q=0.9\r\n" +
		"Referer: " + app + "/\r\n" +
		"Sec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-site\r\n" +
		"X-Forwarded-For: 203.0.113.7\r\n" +
		"Cookie: " + cookies + "\r\n\r\n"
	return &request{raw: []byte(raw), state: strings.Index(raw, "state=") + len("state="), want: k.want}
}

// redemption is an app's request for the tokens of a code.
func redemption(k kind, code string) []byte {
	body := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {k.client}, "redirect_uri": {app + "/callback"},
		"code": {code}, "code_verifier": {verifier},
	}.Encode()
	return fmt.Appendf(nil, "POST /oauth/token HTTP/1.1\r\n"+
		"Host: "+host+"\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36\r\n"+
		"Accept: */*\r\nAccept-Language: en-GB,en;q=0.9\r\n"+
		"Origin: "+app+"\r\nReferer: "+app+"/\r\n"+
		"Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-site\r\n"+
		"X-Forwarded-For: 203.0.113.7\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
