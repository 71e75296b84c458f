// Package backchannel tells apps that a session has ended (OpenID Connect
// Back-Channel Logout 1.0), as long as it takes.
//
// [Service.Tell] puts one message for each app that took part on a [Queue] which
// all nodes share; [Service.Run] delivers what is due. A message is leased, so that
// a node which dies holds none up for longer than the lease. The token is made at
// the moment of delivery: none waits in the store, and one that goes out is fresh.
//
// An app that does not answer is left alone for longer and longer, and gets one
// message at a time until it does. Apps take turns, so that however many messages
// wait for one, those of others go out between.
//
//	queue.go     what waits, and the contract of where it does
//	service.go   who is told
//	run.go       the workers
//	deliver.go   one message
package backchannel
