package token

import "github.com/hush-sso/hush/internal/client"

// mapped are the claims that the configuration takes from the user's record, as far
// as the user has them.
func (u *User) mapped(claims []client.Claim) map[string]any {
	if len(claims) == 0 {
		return nil
	}
	given := make(map[string]any, len(claims))
	for _, c := range claims {
		if value := u.at(c.Path); value != nil {
			given[c.Name] = value
		}
	}
	return given
}

// at is what stands at a path of the record, nil for nothing.
func (u *User) at(path []string) any {
	var value any
	switch path[0] {
	case "user_id":
		value = u.ID
	case "username":
		value = u.Username
	case "claims":
		value = u.Claims
	case "app_metadata":
		value = u.AppMetadata
	case "user_metadata":
		value = u.UserMetadata
	}
	for _, name := range path[1:] {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	return value
}
