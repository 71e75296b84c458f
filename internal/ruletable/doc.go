// Package ruletable has tests only: rules as people write them, each of them at every
// way by which an app gets tokens, in the processes in which they run in operation.
package ruletable
