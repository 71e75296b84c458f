package js

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"github.com/hush-sso/hush/internal/rules/effect"
)

// warnings are about what a rule does in vain, as far as that can be seen.
func (c *checked) warnings() (found Problems) {
	warn := func(at ast.Node, text string) {
		found = append(found, Problem{c.name, lineOf(c.tree, at.Idx0()), text})
	}
	context := c.parameter(1)
	for _, set := range c.has.sets {
		path := c.path(set.Left)
		for _, token := range []string{"idToken", "accessToken"} {
			name, ok := strings.CutPrefix(path, context+"."+token+".")
			if ok && effect.Reserved(name) && path != context+".accessToken.scope" {
				warn(set, fmt.Sprintf("sets the claim %s, which only the server says: it is ignored", name))
			}
		}
	}
	told := map[string]bool{}
	for _, dot := range c.has.dots {
		text := c.lacks(c.path(dot))
		if text != "" && !told[text] {
			told[text] = true
			warn(dot, text)
		}
	}
	return found
}

// lacks says that what a path leads to is not there; "" if it may be.
func (c *checked) lacks(path string) string {
	if name, ok := strings.CutPrefix(path, c.parameter(1)+"."); ok && absent[name] {
		return fmt.Sprintf("reads context.%s, which is never there", name)
	}
	if name, ok := strings.CutPrefix(path, c.parameter(0)+"."); ok && unkept[name] && !c.assigns(path) {
		return fmt.Sprintf("reads user.%s, which is there only if the user's claims in the directory have it", name)
	}
	return ""
}

// assigns tells whether the rule sets what a path leads to.
func (c *checked) assigns(path string) bool {
	return slices.ContainsFunc(c.has.sets, func(set *ast.AssignExpression) bool { return c.path(set.Left) == path })
}

// unkept are members of user that rules had at Auth0, and no directory has by itself.
var unkept = map[string]bool{
	"blocked": true, "created_at": true, "groups": true, "last_ip": true, "last_login": true, "last_password_reset": true,
	"logins_count": true, "multifactor": true, "permissions": true, "phone_verified": true, "roles": true,
}

// absent are members of context that rules had at Auth0.
var absent = map[string]bool{
	"connectionMetadata": true, "connectionOptions": true, "impersonator": true, "jwtConfiguration": true, "organization": true,
	"primaryUser": true, "request.geoip": true, "riskAssessment": true, "samlConfiguration": true, "tenant": true, "resourceServers": true,
}

// parameter is the name of one of the rule's.
func (c *checked) parameter(at int) string {
	parameters, _ := function(c.tree)
	if parameters == nil || at >= len(parameters.List) {
		return ""
	}
	if name, ok := parameters.List[at].Target.(*ast.Identifier); ok {
		return string(name.Name)
	}
	return ""
}

// path is a chain of members as a text with dots; "" where it is computed.
func (c *checked) path(e ast.Expression) string {
	switch e := e.(type) {
	case *ast.Identifier:
		return string(e.Name)
	case *ast.OptionalChain:
		return c.path(e.Expression)
	case *ast.Optional:
		return c.path(e.Expression)
	case *ast.DotExpression:
		return c.joined(e.Left, string(e.Identifier.Name))
	case *ast.BracketExpression:
		if name, ok := e.Member.(*ast.StringLiteral); ok {
			return c.joined(e.Left, string(name.Value))
		}
	}
	return ""
}

func (c *checked) joined(left ast.Expression, name string) string {
	if path := c.path(left); path != "" {
		return path + "." + name
	}
	return ""
}
