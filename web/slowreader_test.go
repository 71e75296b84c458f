package web_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestSlowReaders: who does not take what they are answered, until their connection
// holds no more of it, has no place that somebody else could be served in.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	gate := admission.NewGate(admission.Bounds{Least: 1, Most: 1, Rate: 1, Reserve: 1})
	s := start(t, hushtest.Options{Admission: gate})
	for name, mode := range map[string]string{"a page": "", "an answer": "none"} {
		w := &untaken{ResponseRecorder: httptest.NewRecorder(), stuck: make(chan struct{}), taken: make(chan struct{})}
		var reads sync.WaitGroup
		reads.Go(func() {
			asks := request("every", "prompt", mode, "response_mode", "web_message").Encode()
			s.Nodes[0].Public.ServeHTTP(w, httptest.NewRequest(http.MethodGet, issuer+"authorize?"+asks, nil))
		})
		<-w.stuck
		if r := s.Node(0).Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
			t.Errorf("%s: %d %+v", name, r.Status, r.Answer)
		}
		close(w.taken)
		reads.Wait()
	}
	if gate.Waiting() != 0 {
		t.Error("somebody waits")
	}
}

// untaken is a connection that holds no more.
type untaken struct {
	*httptest.ResponseRecorder
	stuck, taken chan struct{}
	once         sync.Once
}

func (w *untaken) Write(b []byte) (int, error) {
	w.once.Do(func() { close(w.stuck) })
	<-w.taken
	return w.ResponseRecorder.Write(b)
}
