package js

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// scan is what a part of a file declares and uses, without its scopes: a name that is
// declared anywhere counts as declared everywhere.
type scan struct {
	declares map[string]bool
	probes   map[string]bool // names after typeof, which may well not be there
	uses     []*ast.Identifier
	calls    []*ast.CallExpression
	dots     []*ast.DotExpression
	brackets []*ast.BracketExpression
	any      bool // it may use any global, by a computed name
	with     bool // members of an object look like variables somewhere
	sets     []*ast.AssignExpression
}

func scanned(n ast.Node) *scan {
	s := &scan{declares: map[string]bool{}, probes: map[string]bool{}}
	s.node(n)
	return s
}

// node goes through one node. Names that are no variables are left out: of members, of
// labels, of new.target.
func (s *scan) node(n ast.Node) {
	switch n := n.(type) {
	case nil, *ast.BranchStatement, *ast.MetaProperty, *ast.PrivateIdentifier:
	case *ast.Identifier:
		s.use(n)
	case *ast.ThisExpression:
		s.any = true
	case *ast.DotExpression:
		s.dots = append(s.dots, n)
		s.node(n.Left)
	case *ast.BracketExpression:
		s.brackets = append(s.brackets, n)
		s.parts(n)
	case *ast.PrivateDotExpression:
		s.node(n.Left)
	case *ast.WithStatement:
		s.with = true
		s.parts(n)
	case *ast.LabelledStatement:
		s.node(n.Statement)
	case *ast.PropertyShort:
		s.use(&n.Name)
		s.node(n.Initializer)
	case *ast.PropertyKeyed:
		s.key(n.Key, n.Computed)
		s.node(n.Value)
	case *ast.MethodDefinition:
		s.key(n.Key, n.Computed)
		s.node(n.Body)
	case *ast.FieldDefinition:
		s.key(n.Key, n.Computed)
		s.node(n.Initializer)
	default:
		s.more(n)
	}
}

// more goes through what declares a name, or is wanted as a whole.
func (s *scan) more(n ast.Node) {
	switch n := n.(type) {
	case *ast.FunctionLiteral:
		s.declare(n.Name)
		s.bindings(n.ParameterList.List)
		s.target(n.ParameterList.Rest)
		s.node(n.Body)
	case *ast.ArrowFunctionLiteral:
		s.bindings(n.ParameterList.List)
		s.target(n.ParameterList.Rest)
		s.node(n.Body)
	case *ast.ClassLiteral:
		s.declare(n.Name)
		s.parts(n)
	case *ast.Binding:
		s.bindings([]*ast.Binding{n})
	case *ast.CatchStatement:
		s.target(n.Parameter)
		s.node(n.Body)
	case *ast.ForDeclaration:
		s.target(n.Target)
	case *ast.CallExpression:
		s.calls = append(s.calls, n)
		s.parts(n)
	case *ast.AssignExpression:
		s.sets = append(s.sets, n)
		if name, ok := n.Left.(*ast.Identifier); ok && n.Operator == token.ASSIGN { // makes a global
			s.declare(name)
		}
		s.parts(n)
	case *ast.UnaryExpression:
		if name, ok := n.Operand.(*ast.Identifier); ok && n.Operator == token.TYPEOF {
			s.probes[string(name.Name)] = true
		}
		s.node(n.Operand)
	default:
		s.parts(n)
	}
}

func (s *scan) use(name *ast.Identifier) {
	s.uses = append(s.uses, name)
	switch name.Name {
	case "global", "globalThis", "eval", "Function":
		s.any = true
	}
}

func (s *scan) declare(name *ast.Identifier) {
	if name != nil {
		s.declares[string(name.Name)] = true
	}
}

// key is the name of a member, an expression where it is computed.
func (s *scan) key(key ast.Expression, computed bool) {
	if computed {
		s.node(key)
	}
}

func (s *scan) bindings(list []*ast.Binding) {
	for _, b := range list {
		s.target(b.Target)
		s.node(b.Initializer)
	}
}

// target is what is declared by a binding: a name, or a pattern of names. An element
// of a pattern with a default is an assignment.
func (s *scan) target(n ast.Expression) {
	switch n := n.(type) {
	case *ast.Identifier:
		s.declare(n)
	case *ast.AssignExpression:
		s.target(n.Left)
		s.node(n.Right)
	case *ast.ArrayPattern:
		for _, e := range n.Elements {
			s.target(e)
		}
		s.target(n.Rest)
	case *ast.ObjectPattern:
		for _, p := range n.Properties {
			s.member(p)
		}
		s.target(n.Rest)
	case *ast.Binding:
		s.bindings([]*ast.Binding{n})
	}
}

// member is one of an object pattern.
func (s *scan) member(p ast.Property) {
	switch p := p.(type) {
	case *ast.PropertyShort:
		s.declare(&p.Name)
		s.node(p.Initializer)
	case *ast.PropertyKeyed:
		s.key(p.Key, p.Computed)
		s.target(p.Value)
	}
}

var nodes = reflect.TypeFor[ast.Node]()

// parts goes through the nodes that a node has, whatever it is.
func (s *scan) parts(n ast.Node) {
	if v := reflect.ValueOf(n); v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct {
		s.fields(v.Elem())
	}
}

func (s *scan) fields(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case v.Type().Field(i).Name == "DeclarationList" || v.Type().Field(i).Name == "File": // known from elsewhere
		case f.Kind() == reflect.Slice:
			for j := range f.Len() {
				s.value(f.Index(j))
			}
		default:
			s.value(f)
		}
	}
}

// value goes through a field: a node, or a struct whose address is one.
func (s *scan) value(v reflect.Value) {
	switch {
	case (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) && v.IsNil():
	case v.Type().Implements(nodes):
		s.node(v.Interface().(ast.Node))
	case v.Kind() == reflect.Struct && v.CanAddr() && v.Addr().Type().Implements(nodes):
		s.node(v.Addr().Interface().(ast.Node))
	}
}
