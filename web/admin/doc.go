// Package admin is what operators do over HTTP: see and end sessions, read and
// revoke consents, look at users and apps. It is served on the admin listener
// only, to whoever shows the token in the Authorization header, and to no page of a
// browser. [New] returns the handler of everything below [Prefix].
//
// openapi.yaml describes it, and a test holds the two together.
//
//	api.go       the list of routes, who may call, errors, the audit line
//	call.go      what a call says: ids in its path, its page, its body
//	cursor.go    where a list goes on
//	sessions.go  sessions of a user, one session, the ends of them
//	consents.go  what a user allowed apps
//	registry.go  users and apps
//	deliveries.go  messages of back-channel logout that wait
//	keys.go      signing keys, their rotation and retirement
//	view.go      what is shown of each; nothing secret is among it
package admin
