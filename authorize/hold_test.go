package authorize

import (
	"slices"
	"testing"
)

// TestLatest: of more accounts than one browser may hold those go that came first,
// and what is over counts for nothing.
func TestLatest(t *testing.T) {
	var all []SignedIn
	for _, user := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		all = append(all, SignedIn{UserID: user}, SignedIn{UserID: "former " + user, Over: 9})
	}
	var users []string
	for _, a := range latest(all) {
		if a.Over == 0 {
			users = append(users, a.UserID)
		}
	}
	if !slices.Equal(users, []string{"a", "b", "c", "d", "e"}) || len(latest(all)) != 12 {
		t.Errorf("left are %v, %d in all", users, len(latest(all)))
	}
}
