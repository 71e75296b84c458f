package web

import (
	"net/http"
	"strings"

	"github.com/hush-sso/hush/silent"
)

// askedMarker stands in the address of a request that a page of ours sends once
// more, after it asked the browser for storage access. Anybody can write it: it
// only makes the answer final.
const askedMarker = "hush_storage=asked"

// hasMarker tells whether the address has it, by POST too.
func hasMarker(r *http.Request) bool {
	for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if part == askedMarker {
			return true
		}
	}
	return false
}

// storageAccess is what the browser says of its cookies in this frame; nothing
// where ours would not come whatever it does, because it is bound to our own site.
func (s *Server) storageAccess(r *http.Request) silent.StorageAccess {
	if !s.cookies.travels() {
		return silent.StorageUnknown
	}
	switch r.Header.Get("Sec-Fetch-Storage-Access") {
	case "none":
		return silent.StorageNone
	case "inactive":
		return silent.StorageInactive
	case "active":
		return silent.StorageActive
	}
	return silent.StorageUnknown
}

// askRetry has the browser send the request again, this time with its cookies, to
// which the page of this origin was given access before (Storage Access Headers).
// It does so only where it was said to hold a grant, and then says "active", so it
// is not asked twice.
func askRetry(h http.Header, embedder string) {
	h.Set("Activate-Storage-Access", `retry; allowed-origin="`+embedder+`"`)
	h.Add("Vary", "Sec-Fetch-Storage-Access")
}

// retried tells whether a frame's cookies came because our header asked for them:
// only then does a navigation by GET name its origin (Storage Access Headers; seen in
// Chromium). It only says in a report how the answer came about.
func retried(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Origin") != ""
}
