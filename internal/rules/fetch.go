package rules

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// fetched is an answer as rules read it.
type fetched struct {
	Status     int               `json:"status"`
	StatusText string            `json:"statusText"`
	URL        string            `json:"url"`
	Header     map[string]string `json:"headers"` // names in lower case; several values joined by ", "
	Body       []byte            `json:"body"`
}

// fetch makes one call.
func (r *run) fetch(ctx context.Context, args json.RawMessage) (any, error) {
	calls := r.bound.engine.config.Calls
	if calls == nil {
		return nil, errors.New("rules make no calls here")
	}
	var q struct {
		URL    string            `json:"url"`
		Method string            `json:"method"`
		Header map[string]string `json:"headers"`
		Body   []byte            `json:"body"`
	}
	if err := arguments(args, &q); err != nil {
		return nil, err
	}
	c := CallRequest{Method: strings.ToUpper(q.Method), URL: q.URL, Body: q.Body, Header: map[string][]string{}}
	for name, value := range q.Header {
		c.Header[name] = []string{value}
	}
	a, err := calls.Do(ctx, c)
	if err != nil {
		return nil, err
	}
	out := fetched{Status: a.Status, StatusText: http.StatusText(a.Status), URL: q.URL, Header: map[string]string{}, Body: a.Body}
	for name, values := range a.Header {
		out.Header[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return out, nil
}
