package config

import (
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/acr"
)

// ACROrder returns the authentication contexts as the provider takes them.
func (c *Config) ACROrder() *acr.Order { return c.acr }

func (a *ACR) class() acr.Class {
	c := acr.Class{Value: a.Value, OnRequest: a.OnRequest, MaxAge: a.MaxAge}
	for _, way := range a.Methods {
		c.Methods = append(c.Methods, strings.Split(way, "+"))
	}
	return c
}

// checkACR leaves the order in c; the default's where it cannot work, so that
// what apps say of it is looked at all the same.
func (d *decoder) checkACR(c *Config) {
	c.acr = acr.Default()
	if d.has("acr") && len(c.ACR) == 0 && d.fine("acr") {
		d.bad("acr", "is empty: remove it, or begin with what every sign-in has, such as {value: \"1\"}")
	}
	seen := make(map[string]int)
	classes := make([]acr.Class, len(c.ACR))
	for i := range c.ACR {
		d.unique(index("acr", i)+".value", c.ACR[i].Value, "context", seen)
		d.checkContext(index("acr", i), &c.ACR[i], i == 0)
		classes[i] = c.ACR[i].class()
		d.checkLaxer(c.ACR, i)
	}
	if len(classes) == 0 || !d.fine("acr") {
		return
	}
	order, err := acr.New(classes)
	if err != nil { // what is said above should be all
		d.bad("acr", "%s", d.registry("acr", err))
		return
	}
	c.acr = order
}

func (d *decoder) checkContext(path string, a *ACR, lowest bool) {
	if key := path + ".value"; a.Value != "" && !acr.ValidValue(a.Value) {
		d.bad(key, "must be 1 to 200 printable ASCII characters without spaces, such as urn:example:confirmed")
	}
	d.checkMethods(path+".methods", a.Methods)
	for _, key := range []string{path + ".methods", path + ".on_request", path + ".max_age"} {
		if lowest && d.has(key) && d.fine(key) {
			d.bad(key, "cannot stand in the first, which is what every sign-in has: remove it, or put {value: \"1\"} before")
			return
		}
	}
	if !lowest && d.fine(path) && !a.OnRequest && a.MaxAge == 0 && a.class().Always() {
		d.warn(path, "is reached by every sign-in and held as long: nobody is ever asked to sign in for it; add on_request: true or max_age")
	}
}

// checkLaxer: what counts for a context below, and is easier to come by, takes its
// conditions from it.
func (d *decoder) checkLaxer(all []ACR, i int) {
	path, high := index("acr", i), &all[i]
	for j := 1; j < i; j++ {
		low := &all[j]
		longer := low.MaxAge != 0 && (high.MaxAge == 0 || high.MaxAge > low.MaxAge)
		if (longer || low.OnRequest && !high.OnRequest) && d.fine(path) && high.class().Always() {
			d.warn(path, "counts for %s too, and is easier to come by: put the weaker one first, or let this one ask for as much, with on_request and max_age", index("acr", j))
			return
		}
	}
}

// checkMethods: what a sign-in cannot show is never reached, and would be refused
// to everybody who asks for it.
func (d *decoder) checkMethods(path string, ways []string) {
	if d.has(path) && len(ways) == 0 && d.fine(path) {
		d.bad(path, "is empty: remove it where any way to sign in will do, or write [%s]", acr.Methods[0])
	}
	for i, way := range ways {
		for word := range strings.SplitSeq(way, "+") {
			if key := index(path, i); d.fine(key) && !slices.Contains(acr.Methods, word) {
				d.bad(key, "%s is no way to sign in here: write %s", d.show(key, way), strings.Join(acr.Methods, " or "))
			}
		}
	}
}

// checkClientACR holds what an app asks for against the order. Where that cannot
// work itself it is not known what the app may ask for.
func (d *decoder) checkClientACR(path string, app *Client, c *Config) {
	if !d.fine("acr") {
		return
	}
	for i, value := range app.DefaultACRValues {
		d.checkACRValue(index(path+".default_acr_values", i), value, c.acr)
	}
	if key := path + ".mfa"; app.MFA == "required" && d.has(key) && c.Factors == nil {
		d.bad(key, "needs second factors, and there are none: write factors: {} beside clients")
	}
	if key := path + ".minimum_acr"; d.has(key) {
		d.checkACRValue(key, app.MinimumACR, c.acr)
	}
}

func (d *decoder) checkACRValue(key, value string, order *acr.Order) {
	if d.fine(key) && order.Rank(value) < 0 {
		d.bad(key, "%s is none of the values of acr: write %s, or add it to acr", d.show(key, value), strings.Join(order.Values(), " or "))
	}
}
