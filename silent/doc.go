// Package silent is the decision of prompt=none: may this request have tokens
// without a person being asked, and if not, why.
//
// [Decide] is pure: everything it needs is in its arguments and it does no
// I/O. The rules stand in one list, in the order in which they are told to the
// client; each has a stable [Reason]. The interactive path asks the same
// question and turns the answer into a page ([Decision.Step]).
package silent
