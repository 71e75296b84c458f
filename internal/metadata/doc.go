// Package metadata keeps what is written of users while the provider runs:
// app_metadata and user_metadata, as rules and operators change them, and how often
// each user signed in. [New], then [Keeper.Of], [Keeper.Update] and
// [Keeper.CountLogin].
//
// What the configuration says of a user is not in here. [Over] lays one upon the
// other: by member of the top level, what was written counts.
//
//	keeper.go   reading and changing
//	merge.go    what a change makes of what was there
//	store.go    what it needs of the store
package metadata
