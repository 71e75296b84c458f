package js

import (
	"context"
	"errors"
	"maps"
	"regexp"
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
		f.Detail = r.describe(thrown.Value()) + place(thrown)
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

var frame = regexp.MustCompile(`\((\S+\.js:\d+):`)

// madeAt is where in a rule an error was made that it handed on, as far as it says so.
func (r *run) madeAt(v goja.Value) (text string) {
	_ = r.try(func() {
		if o, ok := v.(*goja.Object); ok && o.Get("stack") != nil {
			if m := frame.FindStringSubmatch(cut(o.Get("stack").String(), 4*maxDetail)); m != nil {
				text = " at " + m[1]
			}
		}
	})
	return text
}

// describe is what an error says: its name and message, or what was thrown instead.
func (r *run) describe(v goja.Value) string {
	text := "an error that cannot be shown" // its toString may throw
	_ = r.try(func() { text = cut(v.String(), maxDetail) })
	return text
}

// denial is the message of an UnauthorizedError.
func (r *run) denial(v goja.Value) (text string) {
	_ = r.try(func() {
		if o, ok := v.(*goja.Object); ok && o.Get("message") != nil {
			text = effect.Message(o.Get("message").String())
		}
	})
	return text
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
