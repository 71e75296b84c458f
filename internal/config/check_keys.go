package config

import "github.com/hush-sso/hush/internal/token"

// KeyFiles returns what the files of signing keys hold, nil where there are none.
func (c *Config) KeyFiles() [][]byte { return c.keyFiles }

func (d *decoder) checkKeys(c *Config) {
	k := c.Keys
	if k.RotateEvery > 0 && d.fine("keys") && k.RotateEvery < 2*k.Publish {
		d.bad("keys.rotate_every", "is %s, less than twice keys.publish (%s): write a longer one, or a shorter publish", formatDuration(k.RotateEvery), formatDuration(k.Publish))
	}
	if len(k.Files) == 0 || !d.fine("keys.files") {
		return
	}
	for _, key := range []string{"keys.rotate_every", "keys.publish"} {
		if d.has(key) {
			d.bad(key, "is for keys that Hush makes, and keys.files names yours: remove one of the two")
		}
	}
	if !d.fine("keys") {
		return
	}
	for i, name := range k.Files {
		path := index("keys.files", i)
		data := d.content(path, name)
		if data == nil {
			return
		}
		if err := token.CheckKeyFile(data); err != nil {
			d.bad(path, "%s", err.Error())
			return
		}
		c.keyFiles = append(c.keyFiles, data)
	}
	if _, err := token.KeysOfFiles(c.keyFiles); err != nil {
		d.bad("keys.files", "%s", err.Error())
	}
}
