// Package admin is what operators do over HTTP: see and end sessions, read and
// revoke consents, look at users and apps. It is served on the admin listener
// only, to whoever shows the token in the Authorization header, and to no page of a
// browser. [New] returns the handler of everything below [Root]: the API at [Prefix], and
// beside it the operators' page, which shows in a browser what the API tells.
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
//	desk.go      the operators' page: who may see it, and from where
//	seats.go     who is signed in there
//	desk_pages.go  what each page shows, and what its forms do
//	desk_view.go   the layout, the menu, and the files that pages link to
//	plot.go      answers to prompt=none over time
package admin
