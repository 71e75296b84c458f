package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/redis/go-redis/v9"
)

// floor is the least that a silent renewal can be: a cookie that is opened, one read of
// Redis, signatures, an answer.
type floor struct {
	redis   redis.Cmdable
	cookies *securecookie.SecureCookie
	sign    *signers
}

const floorCookie = "__Host-floor"

// runFloor is the process of the floor. It ends with ctx.
func runFloor(ctx context.Context, args []string) error {
	set := flag.NewFlagSet(floorRole, flag.ContinueOnError)
	listen := set.String("listen", "", "where to listen")
	addr := set.String("redis", "", "where Redis is")
	shared := set.Bool("pipeline", false, "let concurrent requests share pipelines")
	if err := set.Parse(args); err != nil {
		return err
	}
	client := redisClient(*addr)
	defer client.Close()
	f := &floor{redis: client, cookies: securecookie.New(securecookie.GenerateRandomKey(64), securecookie.GenerateRandomKey(32)).SetSerializer(securecookie.NopEncoder{})}
	if *shared {
		piped, err := client.AutoPipeline()
		if err != nil {
			return err
		}
		f.redis = piped
	}
	var err error
	if f.sign, err = newSigners(); err != nil {
		return err
	}
	server := &http.Server{Addr: *listen, Handler: f.routes(), ReadHeaderTimeout: 5 * time.Second}
	go func() { <-ctx.Done(); server.Close() }()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (f *floor) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cookie", f.begin)
	mux.HandleFunc("GET /authorize", f.renew)
	mux.HandleFunc("POST /oauth/token", f.redeem)
	return mux
}

// record is about as long as what Redis holds of a session.
var record = fmt.Sprintf("%0350d", 0)

// begin makes a session and its cookie.
func (f *floor) begin(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	sealed, err := f.cookies.Encode(floorCookie, []byte(id))
	if err == nil {
		err = f.redis.Set(r.Context(), "floor:"+id, record, time.Hour).Err()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: floorCookie, Value: sealed, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode})
}

// renew answers as web_message does.
func (f *floor) renew(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(floorCookie)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var id []byte
	if err := f.cookies.Decode(floorCookie, cookie.Value, &id); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	if held, err := f.redis.Get(r.Context(), "floor:"+string(id)).Result(); err != nil || held != record {
		http.Error(w, "no session", http.StatusUnauthorized)
		return
	}
	q := r.URL.Query()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	if q.Get("response_type") == "code" {
		fmt.Fprintf(w, answerPage, `"code":"`+rand.Text()+rand.Text()+`"`, q.Get("state"), app)
		return
	}
	id1, access, err := f.sign.pair(kindOf(q.Get("client_id")).algs)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, answerPage, `"access_token":"`+access+`","id_token":"`+id1+`"`, q.Get("state"), app)
}

const answerPage = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Signing in</title><script>` +
	`window.parent.postMessage({"type":"authorization_response","response":{%s,"state":"%s"}},"%s")</script></html>`

// redeem answers as the token endpoint does: one write that only the first of two makes,
// and two signatures.
func (f *floor) redeem(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	err := f.redis.SetArgs(r.Context(), "floor:used:"+code, "1", redis.SetArgs{Mode: "NX", TTL: 10 * time.Minute}).Err()
	if code == "" || err != nil {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	id, access, err := f.sign.pair(kindOf(r.FormValue("client_id")).algs)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, `{"access_token":"%s","id_token":"%s","token_type":"Bearer","expires_in":86400}`, access, id)
}
