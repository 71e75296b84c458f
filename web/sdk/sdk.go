// Package sdk is hush.js, the module that apps put in front of their OpenID Connect
// library (docs/hush-js.md). Use [Find] for the files that the provider serves.
//
// src holds the sources. hush.js is made of them by `go test ./web/sdk -update`, without
// comments and indentation, and is what browsers get; package.json makes an npm package
// of both.
package sdk

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
)

//go:embed hush.js hush.d.ts package.json
var files embed.FS

// File is what an address serves.
type File struct {
	Body []byte
	Kind string // Content-Type
	ETag string
}

// Version is that of package.json and of the module itself.
var Version = version()

var served = map[string]File{
	"hush.js":   load("hush.js", "text/javascript; charset=utf-8"),
	"hush.d.ts": load("hush.d.ts", "text/plain; charset=utf-8"),
}

// Find returns the file of this name; false where there is none.
func Find(name string) (File, bool) {
	f, ok := served[name]
	return f, ok
}

func load(name, kind string) File {
	body := read(name)
	sum := sha256.Sum256(body)
	return File{body, kind, `"` + hex.EncodeToString(sum[:8]) + `"`}
}

func read(name string) []byte {
	body, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded: cannot fail once it was built
	}
	return body
}

func version() string {
	var p struct{ Version string }
	if err := json.Unmarshal(read("package.json"), &p); err != nil || p.Version == "" {
		panic("sdk: package.json has no version")
	}
	return p.Version
}
