package web

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/mileusna/useragent"

	"github.com/hush-sso/hush/web/page"
)

// maxUserAgent is as much of a User-Agent as is read, in bytes: real ones have
// less than half of it.
const maxUserAgent = 512

// plainName is what a name must look like to be shown. Whoever sends a User-Agent
// chooses what is in it.
var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 .-]{0,29}$`)

// device is how a person recognizes the browser that sent a User-Agent, such as
// "Chrome on Windows" or "Safari on iPhone". Where only one half of it is known it
// is that, and "" where nothing is.
func device(userAgent string) string {
	if len(userAgent) > maxUserAgent {
		userAgent = userAgent[:maxUserAgent]
	}
	ua := useragent.Parse(userAgent)
	system := ua.OS
	if system == useragent.IOS {
		system = cmp.Or(ua.Device, system) // iPhone or iPad
	}
	browser, system := plain(ua.Name), plain(system)
	if browser != "" && system != "" {
		return browser + " on " + system
	}
	return browser + system
}

// deviceText is a device in the person's language.
func deviceText(e *page.Edition, device string) string {
	browser, system, both := strings.Cut(device, " on ")
	switch {
	case device == "":
		return e.Text("account.unknown")
	case !both:
		return device
	}
	return e.Text("account.device", "browser", browser, "system", system)
}

func plain(name string) string {
	if !plainName.MatchString(name) {
		return ""
	}
	return name
}
