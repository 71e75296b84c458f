package admin

// Route is one call as a test sees it.
type Route struct{ Method, Path, Name, Query string }

// Routes are all calls.
func Routes() []Route {
	var all []Route
	for _, r := range (&API{}).list() {
		all = append(all, Route{r.method, r.path, r.name, r.query})
	}
	return all
}
