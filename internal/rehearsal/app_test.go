package rehearsal

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/hush-sso/hush/internal/browsertest"
)

// page is the app's: it renews in a hidden iframe, as libraries do, until it is told to
// stop, and counts.
const page = `<!doctype html><title>Shop</title><body><script>
const seen = window.seen = {renewed: 0, failed: []};
async function renew(url) {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  const answer = new Promise(done => {
    const heard = e => {
      if (e.source !== frame.contentWindow || e.data?.type !== "authorization_response") return;
      removeEventListener("message", heard);
      done(e.data.response);
    };
    addEventListener("message", heard);
    setTimeout(done, 60000, {error: "timeout"});
  });
  frame.src = url;
  document.body.append(frame);
  const response = await answer;
  frame.remove();
  if (response.access_token) seen.renewed++;
  else seen.failed.push(new Date().toISOString() + " " + JSON.stringify(response));
}
window.begin = async url => {
  while (!window.ended) {
    await renew(url);
    await new Promise(done => setTimeout(done, 100));
  }
  seen.over = true;
};
</script>`

// app serves the app's page, and where sign-ins lead to.
func app(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	if r.URL.Path == "/" {
		fmt.Fprint(w, page)
	}
}

// begin lets the tab, whose browser is signed in, renew.
func (s *stack) begin(tab *browsertest.Tab) {
	s.t.Helper()
	tab.Goto(s.app + "/")
	url := s.issuer + "authorize?" + s.ask("prompt", "none", "response_mode", "web_message", "response_type", "id_token token").Encode()
	tab.Eval("void begin("+strconv.Quote(url)+")", nil)
}

// end returns what became of it.
func (s *stack) end(tab *browsertest.Tab) (renewed int, failed []string) {
	s.t.Helper()
	tab.Eval("window.ended = true", nil)
	tab.WaitEval("seen.over", patience)
	tab.Eval("seen.renewed", &renewed)
	tab.Eval("seen.failed", &failed)
	return renewed, failed
}
