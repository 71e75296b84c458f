package metadata

import "maps"

// Over lays what was written of a user upon what the configuration says: of each
// member of the top level the written one counts, and one that was written as null
// is not there. Neither is changed. The result is never nil.
func Over(configured, written map[string]any) map[string]any {
	all := make(map[string]any, len(configured)+len(written))
	maps.Copy(all, configured)
	maps.Copy(all, written)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// patched is a document after a change: members of the top level are replaced whole,
// as Auth0 does it. null removes one; where the configuration has it, that is what has to be
// remembered.
func patched(written, patch, configured map[string]any) map[string]any {
	all := make(map[string]any, len(written)+len(patch))
	maps.Copy(all, written)
	maps.Copy(all, patch)
	maps.DeleteFunc(all, func(name string, value any) bool { return value == nil && configured[name] == nil })
	return all
}
