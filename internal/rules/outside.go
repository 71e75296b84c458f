package rules

import "context"

// Metadata is what rules may change of users.
type Metadata interface {
	// Metadata returns what was kept for a user. A user of whom nothing is kept has
	// the zero UserData: an error is always an outage.
	Metadata(ctx context.Context, userID string) (UserData, error)
	// UpdateMetadata merges a patch into the "app_metadata" or the "user_metadata" of
	// a user and returns what is there now. Members of the first level are replaced
	// as they are, null removes one. Two updates at once both count.
	UpdateMetadata(ctx context.Context, userID, which string, patch map[string]any) (map[string]any, error)
	// CountLogin counts an interactive sign-in, and returns how many there were.
	CountLogin(ctx context.Context, userID string) (int64, error)
}

// UserData is what is kept for one user beside the directory.
type UserData struct {
	App, User map[string]any // nil: nothing was kept
	Logins    int64
}

// What UpdateMetadata may be asked to change.
const (
	AppMetadata  = "app_metadata"
	UserMetadata = "user_metadata"
)

// Caller makes the HTTP calls of rules. It decides which addresses they may reach and
// how long they take. An error means that there was no answer; its text reaches the
// rule, and names no address that the rule did not name.
type Caller interface {
	Do(ctx context.Context, r CallRequest) (CallResponse, error)
}

// CallRequest is one call.
type CallRequest struct {
	Method string              `json:"method"` // upper case
	URL    string              `json:"url"`
	Header map[string][]string `json:"headers,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

// CallResponse is the answer to it, whatever its status.
type CallResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"headers"` // names in lower case
	Body   []byte              `json:"body"`
}
