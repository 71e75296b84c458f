// Package web is Hush over HTTP: routes in one list, cookies, forms, the
// answer pages, and the one place where errors become responses.
//
// A handler decodes, calls and writes. What may happen is decided below, in
// authorize, silent, session and token; nothing here grants anything.
package web
