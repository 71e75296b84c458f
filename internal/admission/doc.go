// Package admission keeps a node within what it can do. Of the requests that are worth
// as much as they come in time, so many are worked on at once; some wait their turn, for
// a time that is bounded; and the rest are refused as they come, from memory.
//
// To refuse costs too, and what it costs is not there to serve anybody. So there are two
// ways to: told, in the words of the protocol, for a share of what is served, and bare,
// beyond that. At several times of what a node can do nearly all are refused bare, and
// as cheaply as can be: see Listener.
package admission
