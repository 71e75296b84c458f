// Package worker makes this program a worker that runs rules, where it is started with
// the one argument that says so: before main, and before the flags of a test. Whoever
// imports it need do nothing more.
//
// A worker has no environment, opens no files and no connections. What rules ask for
// outside, it asks the program for: see package wire.
package worker
