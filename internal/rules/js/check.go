package js

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// checked is a file that is being judged.
type checked struct {
	name  string
	tree  *ast.Program
	has   *scan
	found Problems
}

// known are the names that are there without being declared.
var known = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{"arguments": true, "module": true, "exports": true, "global": true, ruleName: true}
	for _, name := range goja.New().GlobalObject().GetOwnPropertyNames() {
		all[name] = true
	}
	for name := range lazily {
		all[name] = true
	}
	return all
})

// names refuses what would fail when it is reached: better when the set is loaded than
// at somebody's sign-in.
func (c *checked) names() {
	told := map[string]bool{}
	for _, use := range c.has.uses {
		name := string(use.Name)
		if known()[name] || c.has.with || c.has.declares[name] || c.has.probes[name] || told[name] {
			continue
		}
		told[name] = true
		c.bad(use, "uses %s, which does not exist here%s", name, instead[name])
	}
	for _, call := range c.has.calls {
		if callee, ok := call.Callee.(*ast.Identifier); ok && callee.Name == "require" && !c.has.declares["require"] {
			c.require(call)
		}
	}
	for _, dot := range c.has.dots {
		if left, ok := dot.Left.(*ast.Identifier); ok && left.Name == "auth0" && !c.has.declares["auth0"] && !slices.Contains([]string{"users", "domain"}, string(dot.Identifier.Name)) {
			c.bad(dot, "uses auth0.%s: there is no Management API here; auth0.users.updateAppMetadata and auth0.users.updateUserMetadata are%s", dot.Identifier.Name, hostOnly[string(dot.Identifier.Name)])
		}
	}
}

// alone refuses a second rule in a file, which would never run: a function that looks
// like one and that nothing calls.
func (c *checked) alone() {
	for _, statement := range c.tree.Body[1:] {
		f, ok := statement.(*ast.FunctionDeclaration)
		if ok && len(f.Function.ParameterList.List) >= 3 && !c.uses(string(f.Function.Name.Name)) {
			c.bad(f, "has a second rule, %s: only the first function of a file runs, so give it a file of its own", f.Function.Name.Name)
		}
	}
}

func (c *checked) uses(name string) bool {
	return slices.ContainsFunc(c.has.uses, func(i *ast.Identifier) bool { return string(i.Name) == name })
}

// hostOnly says where the host name is, for which rules took apart baseUrl.
var hostOnly = map[string]string{"baseUrl": ", and auth0.domain is the host name"}

// instead says what to write for names that rules had at Auth0.
var instead = map[string]string{
	"mongo": byHTTP, "mongodb": byHTTP, "mysql": byHTTP, "pg": byHTTP, "postgres": byHTTP, "sqlserver": byHTTP, "mssql": byHTTP,
	"azure_storage": byHTTP, "cassandra": byHTTP, "couchbase": byHTTP, "knex": byHTTP, "redis": byHTTP, "ioredis": byHTTP,
	"http": byFetch, "https": byFetch, "got": byFetch, "superagent": byFetch, "soap": byFetch,
	"fs": ": there are no files", "child_process": ": there are no processes", "os": ": there is no machine to see",
	"auth0": ": there is no Management API; auth0.users.updateAppMetadata and auth0.users.updateUserMetadata are there without it",
	"Intl":  ": write the format out", "window": ": rules run on the server", "document": ": rules run on the server",
	"XMLHttpRequest": byFetch,
}

const (
	byHTTP  = ": ask a service of yours by fetch"
	byFetch = ": use fetch"
)

// require judges one call of it.
func (c *checked) require(call *ast.CallExpression) {
	name, ok := literal(call)
	switch {
	case !ok:
		c.bad(call, "calls require with what is no text: write the name out, so that it can be checked")
	case owner(canonical(name)) == "":
		c.bad(call, "requires %s, which does not exist here%s", cut(name, 100), modulesInstead(canonical(name)))
	}
}

// literal is the name in require('name').
func literal(call *ast.CallExpression) (string, bool) {
	callee, ok := call.Callee.(*ast.Identifier)
	if !ok || callee.Name != "require" || len(call.ArgumentList) != 1 {
		return "", false
	}
	name, ok := call.ArgumentList[0].(*ast.StringLiteral)
	if !ok {
		return "", false
	}
	return string(name.Value), true
}

func modulesInstead(name string) string {
	if hint, ok := instead[name]; ok {
		return hint
	}
	return ": there are " + strings.Join(slices.Sorted(maps.Keys(modules)), ", ")
}

func (c *checked) bad(at ast.Node, format string, args ...any) {
	c.found = append(c.found, Problem{c.name, lineOf(c.tree, at.Idx0()), fmt.Sprintf(format, args...)})
}
