// Package upstream signs users in with other providers of OpenID Connect, of which Hush
// is a client. A [Set] has the connections; of one, [Source.Depart] says where the
// browser goes, and [Source.Arrive] what its answer proves:
//
//	connection.go  what the operator says of one
//	set.go         all of them, by name and by domain
//	calls.go       calls to them, and what they say of themselves
//	depart.go      the request
//	arrive.go      the answer, and all that is checked of it
//	claims.go      what is taken over of a user
//	notice.go      what they send by back channel
//
// State, and which browser it belongs to, is for the caller to keep.
package upstream
