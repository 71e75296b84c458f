package hushtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Asks is the page that asks the browser for storage access: what it does if it
// gets it, and what it goes on with if not.
type Asks struct {
	Again   string     // where the request goes once more
	Posted  url.Values // and its body, by POST; nil by GET
	Refusal *Answer
	// Scriptless is where the page leads without scripts; "" nowhere.
	Scriptless string
	Nonce      string // of its script
}

// Agrees is the browser giving the access: the request goes once more, from the
// page of ours in the frame.
func (a *Agent) Agrees(r *Reply) *Reply {
	a.t.Helper()
	b := a.Copy(a.t)
	b.SetHeader("Referer", "")
	b.SetHeader("Origin", "")
	b.SetHeader("Sec-Fetch-Site", "same-origin")
	method := "GET"
	if r.Asks.Posted != nil {
		method = "POST"
		b.SetHeader("Origin", "null")
	}
	return b.walk(method, r.Asks.Again, r.Asks.Posted)
}

func (a *Agent) readAsks(r *Reply, script *html.Node) (*Asks, error) {
	// As a browser without scripts, to which nothing is hidden.
	doc, err := html.ParseWithOptions(strings.NewReader(r.Body), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, err
	}
	_, text, ok := strings.Cut(script.FirstChild.Data, "\n}\n)(")
	text, end := strings.CutSuffix(text, ");")
	var refusal struct {
		Message *struct{ Response map[string]any }
		Origin  string
		Address string
		Posted  bool
	}
	var marker string
	args := []any{&marker, &refusal}
	if !ok || !end {
		return nil, fmt.Errorf("the script makes no call: %s", text)
	}
	if err := json.Unmarshal([]byte("["+text+"]"), &args); err != nil {
		return nil, fmt.Errorf("the script's call cannot be read: %v: %s", err, text)
	}
	asks := &Asks{Again: r.URL + "&" + marker, Nonce: attr(script, "nonce")}
	var forms []*Form
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "form":
			forms = append(forms, readForm(r.URL, n))
		case n.Type == html.ElementNode && slices.Contains([]string{"a", "button", "select", "textarea", "input", "summary", "iframe", "object"}, n.Data) && attr(n, "type") != "hidden":
			return nil, fmt.Errorf("the page has a %s", n.Data)
		}
	}
	if refusal.Posted {
		asks.Again, asks.Posted, forms = forms[0].Action, forms[0].Fields, forms[1:]
	}
	if noscript := find(doc, "noscript"); noscript != nil {
		asks.Scriptless = refresh(r.URL, noscript)
	}
	switch answered := (&Reply{}); {
	case refusal.Message != nil:
		asks.Refusal = &Answer{Mode: "web_message", To: refusal.Origin, Params: map[string]string{}}
		for name, value := range refusal.Message.Response {
			asks.Refusal.Params[name] = fmt.Sprint(value)
		}
	case refusal.Address != "":
		if err := a.readRedirect(answered, refusal.Address); err != nil {
			return nil, err
		}
		asks.Refusal = answered.Answer
	case len(forms) == 1:
		asks.Refusal = &Answer{Mode: "form_post", To: forms[0].Action, Params: map[string]string{}}
		for name, values := range forms[0].Fields {
			asks.Refusal.Params[name] = values[0]
		}
	}
	return asks, nil
}

// refresh is the address that a page without scripts goes on to.
func refresh(page string, noscript *html.Node) string {
	for n := range noscript.Descendants() {
		if n.Type == html.ElementNode && n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			_, to, _ := strings.Cut(attr(n, "content"), "url=")
			u, err := url.Parse(page)
			if err != nil {
				return to
			}
			if next, err := u.Parse(to); err == nil {
				return next.String()
			}
		}
	}
	return ""
}
