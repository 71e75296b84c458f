// Package rehearsal is one evening of a deployment, as a test: two processes of hush
// behind one address on a real Redis, people who sign in by a password, by another
// provider, by a directory and by a passkey, and apps that renew all the while. Then
// the keys are replaced, the provider and the directory go away, and a node is
// restarted. No renewal may fail, and every token has to be good for an API that reads
// the key set no oftener than it must.
//
// As a test of every day it takes some seconds, and its keys sign at once. With
//
//	go test ./internal/rehearsal -v -timeout 30m -rehearse 12m # make rehearsal
//
// they are published first, for the ten minutes of the shortest configuration, and the
// API keeps the key set for as long as it may.
package rehearsal
