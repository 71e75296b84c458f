package js

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

// A rule is an expression, which a semicolon, comments and functions that it uses may
// follow. Both texts stand in its first line, so that lines are those of the file.
const (
	ruleName = "rule"
	assigned = "var " + ruleName + " = "
	opened   = "(function (module, exports) {" + assigned
	closed   = "\n;return " + ruleName + "})({}, {})"
)

// read checks and compiles one rule. A fault of the parser is one of the file.
func (p *Program) read(f File) (found Problems) {
	defer func() {
		if recover() != nil {
			found = Problems{{f.Name, 0, "cannot be read as JavaScript"}}
		}
	}()
	if nesting(f.Source) > maxNesting {
		return Problems{{f.Name, 0, fmt.Sprintf("has more than %d brackets within each other", maxNesting)}}
	}
	tree, err := parse(f.Name, assigned+f.Source)
	if err != nil {
		if _, other := parse(f.Name, f.Source); other == nil { // JavaScript, but no expression
			return Problems{{f.Name, 1, noRule}}
		}
		return Problems{syntax(f.Name, err)}
	}
	if found := shape(f.Name, tree); len(found) > 0 {
		return found
	}
	c := &checked{name: f.Name, tree: tree, has: scanned(tree)}
	c.names()
	if c.alone(); len(c.found) > 0 {
		return c.found
	}
	wrapped, err := parse(f.Name, opened+f.Source+closed)
	if err != nil { // what is balanced alone is balanced in a function
		return Problems{syntax(f.Name, err)}
	}
	code, err := goja.CompileAST(wrapped, false)
	if err != nil {
		return Problems{syntax(f.Name, err)}
	}
	p.rules = append(p.rules, rule{f.Name, code})
	p.warnings = append(p.warnings, c.warnings()...)
	p.wants(c.has)
	return nil
}

// wants notes the globals and modules that a rule may use.
func (p *Program) wants(has *scan) {
	for name, from := range lazily {
		mentioned := slices.ContainsFunc(has.uses, func(i *ast.Identifier) bool { return string(i.Name) == name })
		if (mentioned || has.any) && !slices.Contains(p.lazy, name) {
			p.lazy = append(p.lazy, name)
		}
		if mentioned {
			p.needs(from.module)
		}
	}
	for _, call := range has.calls {
		if name, ok := literal(call); ok {
			p.needs(owner(canonical(name)))
		}
	}
}

func (p *Program) needs(module string) {
	if !slices.Contains(p.modules, module) {
		p.modules = append(p.modules, module)
	}
}

// parse reads no file that a comment of the text names as its source map.
func parse(name, text string) (*ast.Program, error) {
	return parser.ParseFile(nil, name, text, 0, parser.WithDisableSourceMaps)
}

// syntax says where the text is no JavaScript.
func syntax(name string, err error) Problem {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return Problem{name, list[0].Position.Line, "is no JavaScript that can be run here: " + list[0].Message}
	}
	var one *goja.CompilerSyntaxError
	if errors.As(err, &one) && one.File != nil {
		return Problem{name, one.File.Position(one.Offset).Line, "is no JavaScript that can be run here: " + one.Message}
	}
	return Problem{name, 0, "is no JavaScript that can be run here: " + err.Error()}
}

const (
	wanted = "write function (user, context, callback) { ... }"
	noRule = "is no rule: " + wanted
)

// shape refuses a text that is no function which can call back.
func shape(name string, tree *ast.Program) Problems {
	parameters, body := function(tree)
	switch {
	case parameters == nil:
		return Problems{{name, 1, noRule}}
	case len(parameters.List) < 3 && parameters.Rest == nil && !mentions(body, "arguments"):
		return Problems{{name, lineOf(tree, parameters.Opening), "has no third parameter, so it would never call back: " + wanted}}
	}
	return nil
}

// function is what the text assigns; nil if that is none.
func function(tree *ast.Program) (*ast.ParameterList, ast.Node) {
	first, ok := tree.Body[0].(*ast.VariableStatement)
	if !ok || len(first.List) != 1 {
		return nil, nil
	}
	value := first.List[0].Initializer
	for {
		assign, ok := value.(*ast.AssignExpression) // module.exports = function ...
		if !ok {
			break
		}
		value = assign.Right
	}
	switch f := value.(type) {
	case *ast.FunctionLiteral:
		if !f.Generator {
			return f.ParameterList, f.Body
		}
	case *ast.ArrowFunctionLiteral:
		return f.ParameterList, nil
	}
	return nil, nil
}

// mentions reports whether a name is used in a part of the tree.
func mentions(n ast.Node, name string) bool {
	return n != nil && slices.ContainsFunc(scanned(n).uses, func(i *ast.Identifier) bool { return string(i.Name) == name })
}

// lineOf is the line of a place in a tree.
func lineOf(tree *ast.Program, at file.Idx) int {
	return tree.File.Position(int(at) - tree.File.Base()).Line
}
