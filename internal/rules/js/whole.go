package js

import "github.com/dop251/goja/ast"

// Whole reports whether a rule may hand its user or context on as a whole, other than to
// its callback: what gets it may look at anything (a module that sends it as JSON).
func Whole(source string) bool {
	tree, err := parse("", assigned+source)
	if err != nil || len(tree.Body) == 0 {
		return true
	}
	c := &checked{tree: tree, has: scanned(tree)}
	given, callback := map[string]bool{c.parameter(0): true, c.parameter(1): true}, c.parameter(2)
	if given[""] || callback == "" { // patterns, or arguments
		return true
	}
	members := map[ast.Node]bool{}
	for _, dot := range c.has.dots {
		members[dot.Left] = true
	}
	for _, bracket := range c.has.brackets {
		members[bracket.Left] = true
	}
	for _, call := range c.has.calls {
		if to, ok := call.Callee.(*ast.Identifier); ok && string(to.Name) == callback {
			for _, argument := range call.ArgumentList {
				members[argument] = true
			}
		}
	}
	for _, use := range c.has.uses {
		if given[string(use.Name)] && !members[use] {
			return true
		}
	}
	return false
}
