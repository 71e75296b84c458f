// Package logout decides on what apps ask for with RP-initiated sign-out
// (OpenID Connect RP-Initiated Logout 1.0): whose sessions of a browser end at
// once, when the person is asked first, and where the browser may go afterwards;
// and which apps the browser tells of it on its way (Front-Channel Logout 1.0).
//
// [Service.Read] reads a request, [Service.Decide] holds it against the browser's
// sessions, [Service.Frames] are for the page that follows their end. While a
// person is asked the request travels sealed, as [Service.Park] writes it and
// [Service.Open] reads it. The package ends nothing itself and knows no HTTP.
package logout
