package config

import (
	"crypto/x509"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/ldapdir"
)

// DirectorySpecs returns the directories as ours takes them.
func (c *Config) DirectorySpecs() []ldapdir.Directory {
	list := make([]ldapdir.Directory, len(c.Directories))
	for i := range c.Directories {
		list[i] = c.Directories[i].spec()
		list[i].Roots = c.directoryRoots[c.Directories[i].Name]
	}
	return list
}

func (r *Directory) spec() ldapdir.Directory {
	return ldapdir.Directory{
		Name: r.Name, Title: r.Title, Strategy: r.Strategy, Kind: ldapdir.Kind(r.Kind), URLs: r.URLs, Plain: !r.StartTLS,
		BindDN: r.BindDN, BindPassword: string(r.BindPassword), Base: r.Base, Filter: r.Filter, Names: r.Names, ID: r.ID,
		Claims: r.Claims, EmailVerified: r.EmailVerified, Domains: r.Domains, KnownOnly: r.Users == linkedOnly,
		MaxSession: r.MaxSession, Timeout: r.Timeout, AtOnce: r.AtOnce,
		Groups: ldapdir.Groups{
			Attribute: r.Groups.Attribute, Base: r.Groups.Base, Filter: r.Groups.Filter, Member: r.Groups.Member,
			Name: r.Groups.Name, Claim: r.Groups.Claim, Only: r.Groups.Only,
		},
	}
}

func (d *decoder) checkDirectories(c *Config) {
	c.directoryRoots = make(map[string]*x509.CertPool)
	names := make(map[string]int)
	for i := range c.Directories {
		path, r := index("directories", i), &c.Directories[i]
		d.unique(path+".name", r.Name, "directory", names)
		if c.connection(r.Name) != nil && d.fine(path+".name") {
			d.bad(path+".name", "%s is the name of a connection: ids of users begin with it, so give the directory another", d.show(path+".name", r.Name))
		}
		if r.CA != "" {
			pool := x509.NewCertPool()
			d.authorities(path+".ca", r.CA, pool)
			c.directoryRoots[r.Name] = pool
		}
		spec := r.spec()
		if err := spec.Check(); err != nil && r.Name != "" && d.fine(path) {
			key, text, _ := strings.Cut(err.Error(), ": ")
			if inner, rest, ok := strings.Cut(text, ": "); key == "groups" && ok {
				key, text = key+"."+inner, rest
			}
			d.bad(path+"."+key, "%s", text)
		}
		d.warnDirectory(path, r)
	}
}

// reused are attributes that people change, or that others get after them.
var reused = []string{"uid", "cn", "mail", "samaccountname", "userprincipalname", "uidnumber"}

func (d *decoder) warnDirectory(path string, r *Directory) {
	if slices.Contains(reused, strings.ToLower(r.ID)) {
		d.warn(path+".id", "is no name for good: who gets it after somebody else is them here; entryUUID, objectGUID or nsUniqueId is")
	}
	if key := path + ".bind_password"; r.BindPassword != "" && len(d.marks[key].from) == 0 {
		d.warn(key, "stands in the file itself: whoever reads the file searches the directory; write ${...} and set it in the environment")
	}
}

func (c *Config) directory(name string) *Directory {
	for i := range c.Directories {
		if c.Directories[i].Name == name {
			return &c.Directories[i]
		}
	}
	return nil
}
