package admin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
)

//go:embed desk
var deskEmbedded embed.FS

// noTab is of what is no page of the menu: "" is the first of them.
const noTab = "none"

// deskView is what a page is made of.
type deskView struct {
	seat     seat
	Template string
	Tab      string // which page it is, for the menu
	Error    string
	Done     string
	Shown    any
	Issuer   string
}

// At is where links of the page begin, "" before sign-in.
func (v deskView) At() string {
	if v.seat.place == "" {
		return ""
	}
	return seatRoot + v.seat.place + "/"
}

// Form is what its forms carry.
func (v deskView) Form() string { return v.seat.form }

// deskTitles are those of the pages, which the menu shows too.
var deskTitles = map[string]string{
	"signin": "Sign in", "message": "Sorry", "overview": "Silent sign-in", "users": "Users", "user": "User", "session": "Session",
	"clients": "Apps", "client": "App", "keys": "Signing keys", "deliveries": "Back-channel logout",
}

// deskDone is what a page says that a form leads to.
var deskDone = map[string]string{
	"session": "The session is over.",
	"user":    "All their sessions are over.",
	"factor":  "The second factor is taken away.",
	"factors": "All second factors are taken away, recovery codes too.",
}

func (v deskView) Title() string { return deskTitles[v.Template] }

// deskLink is one of the menu.
type deskLink struct {
	To, Title string
	Here      bool
}

// Menu is empty before sign-in.
func (v deskView) Menu() (menu []deskLink) {
	if v.At() == "" {
		return nil
	}
	below := map[string]string{"user": "users", "session": "users", "client": "clients"}
	here := v.Tab
	if parent := below[here]; parent != "" {
		here = parent
	}
	for _, to := range []string{"", "users", "clients", "keys", "deliveries"} {
		title := deskTitles[to]
		if to == "" {
			title = deskTitles["overview"]
		}
		menu = append(menu, deskLink{v.At() + to, title, to == here})
	}
	return menu
}

var deskTemplates = parseDesk()

func parseDesk() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"style": func() string { return filesRoot + deskStyle.name },
		"icon":  func() string { return filesRoot + deskIcon.name },
		"join":  func(list []string) string { return strings.Join(list, " ") },
	}).ParseFS(deskEmbedded, "desk/layout.html"))
	all := make(map[string]*template.Template)
	for name := range deskTitles {
		all[name] = template.Must(template.Must(layout.Clone()).ParseFS(deskEmbedded, "desk/"+name+".html"))
	}
	return all
}

// show writes a page: all of it, or an error that is a program's.
func (d *desk) show(w http.ResponseWriter, status int, v deskView) {
	v.Issuer = d.api.Issuer
	var b bytes.Buffer
	if err := deskTemplates[v.Template].ExecuteTemplate(&b, "layout.html", v); err != nil {
		panic(err) // a test renders each of them
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // the operator is gone if this fails
}

// deskFile is a file that pages link to, under a name that is of its content only.
type deskFile struct {
	name, kind string
	body       []byte
}

var (
	deskStyle = loadDesk("desk.css", "text/css; charset=utf-8")
	deskIcon  = loadDesk("desk.svg", "image/svg+xml")
)

func loadDesk(name, kind string) deskFile {
	body, err := deskEmbedded.ReadFile("desk/" + name)
	if err != nil {
		panic(err) // embedded: cannot fail once it was built
	}
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return deskFile{strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext, kind, body}
}

func deskFiles() map[string]deskFile {
	return map[string]deskFile{deskStyle.name: deskStyle, deskIcon.name: deskIcon}
}

// file sends one. Nothing secret is in it, so nobody is asked who they are.
func (d *desk) file(w http.ResponseWriter, r *http.Request, name string) {
	f, known := d.files[name]
	switch {
	case !known:
		d.show(w, http.StatusNotFound, deskView{Template: "message", Shown: "Nothing is served at this address."})
	case !reads(r):
		d.refuseMethod(w)
	default:
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Write(f.body)
	}
}
