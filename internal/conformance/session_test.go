package conformance

import "time"

// session are the requirements on who is asked and when.
var session = []module{
	{"prompt-login", func(f *op, w flow) {
		first := f.sign(w)
		r := f.Authorize(w.request("prompt", "login"))
		if r.Answer != nil || r.Form == nil || !r.Form.Fields.Has("password") {
			f.t.Fatal("the user was not asked again")
		}
		second := f.authTime(w, f.finish(w, r))
		if was := first.when(); second < was {
			f.t.Errorf("auth_time went from %d to %d", was, second)
		}
	}},
	{"prompt-none-not-logged-in", func(f *op, w flow) {
		r := f.Authorize(w.request("prompt", "none"))
		if e := refused(r); e != "login_required" || r.Answer.Params["state"] != "state of the request" {
			f.t.Errorf("error is %q", e)
		}
	}},
	{"prompt-none-logged-in", func(f *op, w flow) {
		first, again := f.sign(w), f.sign(w, "prompt", "none")
		if first.subject() != again.subject() || first.when() != again.when() {
			f.t.Errorf("%v at %d, then %v at %d", first.subject(), first.when(), again.subject(), again.when())
		}
	}},
	{"max-age-1", func(f *op, w flow) {
		first := f.sign(w)
		f.age(3 * time.Second)
		r := f.Authorize(w.request("max_age", "1"))
		if r.Answer != nil || r.Form == nil || !r.Form.Fields.Has("password") {
			f.t.Fatal("the user was not asked again")
		}
		if again := f.authTime(w, f.finish(w, r)); first.when() != 0 && again < first.when() {
			f.t.Errorf("auth_time went from %d to %d", first.when(), again)
		}
	}},
	{"max-age-10000", func(f *op, w flow) {
		first, again := f.sign(w, "max_age", "15000"), f.sign(w, "max_age", "10000", "prompt", "none")
		if first.when() != again.when() {
			f.t.Errorf("auth_time went from %d to %d", first.when(), again.when())
		}
	}},
	{"id-token-hint", func(f *op, w flow) {
		first := f.sign(flow{"id_token", w.mode})
		again := f.sign(w, "prompt", "none", "id_token_hint", first.params["id_token"])
		if again.subject() != "" && first.subject() != again.subject() {
			f.t.Errorf("%v, then %v", first.subject(), again.subject())
		}
	}},
}

// subject is that of whichever ID token there is.
func (o tokens) subject() string { s, _ := o.claim("sub").(string); return s }

// when is auth_time in seconds since 1970, 0 where no ID token says.
func (o tokens) when() int64 { n, _ := o.claim("auth_time").(float64); return int64(n) }

func (o tokens) claim(name string) any {
	if o.front != nil {
		return o.front[name]
	}
	return o.back[name]
}

// authTime is that of an answer that is at hand.
func (f *op) authTime(w flow, p map[string]string) int64 {
	f.t.Helper()
	if p["error"] != "" {
		f.t.Fatalf("refused: %v", p)
	}
	if p["id_token"] != "" {
		return tokens{front: f.idToken(p["id_token"], p["access_token"], p["code"])}.when()
	}
	return tokens{back: f.idToken(f.exchange("rp", p["code"]).Text("id_token"), "", "")}.when()
}
