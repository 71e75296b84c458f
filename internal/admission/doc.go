// Package admission keeps a node within what it can do: of the requests that need the
// store, so many are let in at a time, some wait their turn for a moment, and the rest
// are refused at once, from memory.
//
// Requests stand in lanes of their own, by endpoint, so that one kind cannot keep
// another out. A request enters its lane with its first trip to the store (Admit, which
// the store calls) and leaves it when it is answered: what is refused without a trip,
// such as a request that is not valid or brings no cookie, takes nobody's place.
//
// How many a lane lets in follows the time that they take. As in CoDel (RFC 8289) it is
// the least of a window that tells a queue that stands from one that passes: while even
// the fastest took longer than it does on an idle node, fewer are let in, else more.
package admission
