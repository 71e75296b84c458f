package js

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"github.com/hush-sso/hush/internal/rules/effect"
)

// maxDetail is how much of an error's text is kept, in bytes.
const maxDetail = 1 << 10

// excessError is what a rule asks for beyond what is allowed.
type excessError string

func (e excessError) Error() string { return string(e) }

// failure makes of an error what the log says.
func (r *run) failure(ctx context.Context, err error) *Failure {
	f := &Failure{Rule: r.file(), Kind: threw}
	var deep *goja.StackOverflowError
	var thrown *goja.Exception
	var more excessError
	switch {
	case ctx.Err() != nil:
		f.Kind, f.Detail = timeout, "it was not done in time"
	case errors.Is(err, errIdle):
		f.Detail = "it ended without calling back: call callback(null, user, context) on every path" + r.unhandled()
	case errors.As(err, &deep):
		f.Kind, f.Detail = excess, "its functions call each other too deeply"
	case errors.As(err, &more):
		f.Kind, f.Detail = excess, more.Error()
	case errors.As(err, &thrown):
		f.Detail = describe(thrown.Value()) + place(thrown)
	default:
		f.Detail = err.Error()
	}
	f.Detail = cut(f.Detail, maxDetail)
	return f
}

// unhandled is what rejected promises say that nobody listens to.
func (r *run) unhandled() string {
	if len(r.lost) == 0 {
		return ""
	}
	return "; a promise was rejected: " + strings.Join(slices.Sorted(maps.Values(r.lost)), "; ")
}

// place is where in a rule an error was made.
func place(e *goja.Exception) string {
	for _, f := range e.Stack() {
		if strings.HasSuffix(f.SrcName(), ".js") {
			return " at " + f.SrcName() + ":" + strconv.Itoa(f.Position().Line)
		}
	}
	return ""
}

// describe is what an error says: its name and message, or what was thrown instead.
func describe(v goja.Value) (text string) {
	defer func() {
		if recover() != nil { // a getter or toString of the rule threw
			text = "an error that cannot be shown"
		}
	}()
	return cut(v.String(), maxDetail)
}

// denial is the message of an UnauthorizedError.
func denial(v goja.Value) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	if m := v.(*goja.Object).Get("message"); m != nil {
		return effect.Message(m.String())
	}
	return ""
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
