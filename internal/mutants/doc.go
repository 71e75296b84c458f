// Command mutants takes the guards of this repository out, one at a time, and
// fails unless a test turns red for each. A guard that nothing notices is one
// that the next change may lose.
//
//	guards/*.yaml   the guards: what each is against, how it is taken out, and
//	                the tests that must notice
//	guard.go        the list, and whether an entry still fits the sources
//	edit.go         taking out: in memory, the tree is never written to
//	gotest.go       go test over the tree with some files replaced (-overlay)
//	run.go          all guards, a few at once, and the report
//
// Run it from the root of the module: make mutants.
package main
