// Package howto has tests only. They take the snippets out of docs/*.md and run
// them as a reader would: hush.yaml through hush check and hush serve, pages in
// Chromium, APIs as programs of their own, commands in a shell with a real
// redis-server.
//
// A snippet is a fenced block. The line before it says what becomes of it:
//
//	<!-- test: name -->        a test runs it, by this name
//	<!-- not run: because -->  none can
package howto
