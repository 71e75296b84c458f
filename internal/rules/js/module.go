package js

import (
	"embed"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/url"
)

//go:embed lib/*.js
var lib embed.FS

// modules are what rules can require: name -> file of lib.
var modules = map[string]string{
	"axios":                  "axios",
	"buffer":                 "buffer",
	"crypto":                 "crypto",
	"jsonwebtoken":           "jsonwebtoken",
	"lodash":                 "lodash",
	"node-fetch":             "fetch",
	"querystring":            "querystring",
	"request":                "request",
	"request-promise":        "request-promise",
	"request-promise-native": "request-promise",
	"url":                    "url",
	"util":                   "util",
	"uuid":                   "uuid",
	"node-uuid":              "uuid",
}

// parts are names of single functions: what stands before the last / or . is the module.
var parts = map[string]string{"lodash/": "lodash", "lodash.": "lodash", "uuid/": "uuid", "util/": "util"}

// within are modules of ours that rules cannot name.
var within = map[string]string{
	"hush:ask": "ask", "hush:auth0": "auth0", "hush:console": "console", "hush:core": "core",
	"hush:http": "http", "hush:text": "text", "hush:timers": "timers",
}

// programs are the compiled files of lib, each once for all runs.
var programs = func() map[string]func() *goja.Program {
	all := map[string]func() *goja.Program{}
	entries, _ := lib.ReadDir("lib")
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".js")
		all[name] = sync.OnceValue(func() *goja.Program {
			text, _ := lib.ReadFile("lib/" + name + ".js")
			return compiled("hush:"+name, "(function (module, exports, require, host) {"+string(text)+"\n})")
		})
	}
	return all
}()

// canonical takes the version out of a name, as in lodash@4.17.10 or uuid@3/v4, and
// Node's own prefix. Versions do not count here.
func canonical(name string) string {
	name = strings.TrimPrefix(name, "node:")
	at := strings.LastIndexByte(name, '@')
	if at <= 0 {
		return name
	}
	_, path, deep := strings.Cut(name[at:], "/")
	if name = name[:at]; deep {
		name += "/" + path
	}
	return name
}

// owner is the module that rules get something from by a canonical name; "" for none.
func owner(name string) string {
	if _, ok := modules[name]; ok {
		return name
	}
	module, _ := part(name)
	return module
}

// part splits the name of a single function: lodash/get.
func part(name string) (module, member string) {
	for prefix, module := range parts {
		if member, ok := strings.CutPrefix(name, prefix); ok && member != "" && !strings.ContainsAny(member, "./") {
			return module, member
		}
	}
	return "", ""
}

// require is the function of that name in rules.
func (r *run) require(name string) goja.Value {
	name = canonical(name)
	if _, ok := modules[name]; ok {
		return r.module(name)
	}
	module, member := part(name)
	if member == "" {
		panic(r.vm.NewTypeError("the module %s does not exist here", cut(name, 100)))
	}
	return r.module(module).(*goja.Object).Get(member)
}

// module is a module of this run, made when it is first asked for.
func (r *run) module(name string) goja.Value {
	file, ok := modules[name]
	if !ok {
		file = within[name]
	}
	if made, ok := r.made[file]; ok {
		return made.Get("exports")
	}
	module := r.vm.NewObject()
	must(module.Set("exports", r.vm.NewObject()))
	r.made[file] = module
	if len(r.made) == 1 {
		must(r.natives())
	}
	value, err := r.vm.RunProgram(programs[file]())
	must(err)
	enter, _ := goja.AssertFunction(value)
	r.making++
	defer func() { r.making-- }()
	require := r.vm.ToValue(func(name string) goja.Value { return r.module(name) })
	_, err = enter(goja.Undefined(), module, module.Get("exports"), require, r.native)
	must(err)
	return module.Get("exports")
}

// addresses are the classes URL and URLSearchParams.
func (r *run) addresses() goja.Value {
	module := r.vm.NewObject()
	must(module.Set("exports", r.vm.NewObject()))
	url.Require(r.vm, module)
	return module.Get("exports")
}

// must hands an error on to who called from JavaScript.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// compiled compiles a text of ours.
func compiled(name, text string) *goja.Program {
	tree, err := parse(name, text)
	must(err)
	p, err := goja.CompileAST(tree, true)
	must(err)
	return p
}
