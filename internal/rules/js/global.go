package js

import "github.com/dop251/goja"

// member is where a global comes from.
type member struct {
	module string
	name   string // "" for the whole module
}

// lazily are globals that are made when a rule first uses them.
var lazily = map[string]member{
	"AbortController":   {"node-fetch", "AbortController"},
	"AbortSignal":       {"node-fetch", "AbortSignal"},
	"Buffer":            {"buffer", "Buffer"},
	"Headers":           {"node-fetch", "Headers"},
	"Request":           {"node-fetch", "Request"},
	"Response":          {"node-fetch", "Response"},
	"UnauthorizedError": {"hush:core", "UnauthorizedError"},
	"TextDecoder":       {"hush:text", "TextDecoder"},
	"TextEncoder":       {"hush:text", "TextEncoder"},
	"URL":               {"url", "URL"},
	"URLSearchParams":   {"url", "URLSearchParams"},
	"_":                 {"lodash", ""},
	"auth0":             {"hush:auth0", ""},
	"atob":              {"hush:text", "atob"},
	"axios":             {"axios", ""},
	"btoa":              {"hush:text", "btoa"},
	"clearImmediate":    {"hush:timers", "clearImmediate"},
	"clearInterval":     {"hush:timers", "clearInterval"},
	"clearTimeout":      {"hush:timers", "clearTimeout"},
	"configuration":     {"hush:core", "configuration"},
	"console":           {"hush:console", ""},
	"crypto":            {"crypto", ""},
	"fetch":             {"node-fetch", ""},
	"jwt":               {"jsonwebtoken", ""},
	"process":           {"hush:timers", "process"},
	"querystring":       {"querystring", ""},
	"queueMicrotask":    {"hush:timers", "queueMicrotask"},
	"request":           {"request", ""},
	"require":           {"hush:core", "require"},
	"setImmediate":      {"hush:timers", "setImmediate"},
	"setInterval":       {"hush:timers", "setInterval"},
	"setTimeout":        {"hush:timers", "setTimeout"},
	"structuredClone":   {"hush:timers", "structuredClone"},
	"uuid":              {"uuid", ""},
}

// lazy defines the globals that some rule of the set may use.
func (r *run) lazy() {
	global := r.vm.GlobalObject()
	for _, name := range r.p.lazy {
		from := lazily[name]
		get := func(goja.FunctionCall) goja.Value {
			if r.making > 0 { // a module of ours looks whether it is there, as lodash does
				return goja.Undefined()
			}
			value := r.module(from.module)
			if from.name != "" {
				value = value.(*goja.Object).Get(from.name)
			}
			must(global.DefineDataProperty(name, value, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE))
			return value
		}
		set := func(call goja.FunctionCall) goja.Value {
			must(global.DefineDataProperty(name, call.Argument(0), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE))
			return goja.Undefined()
		}
		must(global.DefineAccessorProperty(name, r.vm.ToValue(get), r.vm.ToValue(set), goja.FLAG_TRUE, goja.FLAG_FALSE))
	}
}
