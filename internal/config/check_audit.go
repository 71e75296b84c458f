package config

import (
	"os"
	"path/filepath"
	"strings"
)

// AuditFile is the file of the audit log, "" where it goes elsewhere.
func (c *Config) AuditFile() string {
	if c.Audit == nil || c.Audit.To != "file" {
		return ""
	}
	return within(filepath.Dir(c.file), c.Audit.File)
}

func (d *decoder) checkAudit(c *Config) {
	a := c.Audit
	if a == nil {
		return
	}
	d.checkAuditFile(c)
	if d.fine("audit.max_size_mb") && a.MaxSize < 0 {
		d.bad("audit.max_size_mb", "must be 0 or more: 0 lets a file grow to any size")
	}
	if d.fine("audit.stream_length") && a.StreamLength < 1000 {
		d.bad("audit.stream_length", "must be 1000 or more: fewer lines are gone before anybody reads them")
	}
	if a.To == "redis" && c.Embedded() {
		d.warn("audit.to", "is redis, and that lives in this process: the log is gone when it ends; write file")
	}
	if d.fine("audit.node") && (len(a.Node) > 100 || strings.ContainsFunc(a.Node, func(r rune) bool { return r < ' ' })) {
		d.bad("audit.node", "must be a name of one line, of 100 bytes at most")
	}
}

func (d *decoder) checkAuditFile(c *Config) {
	const path = "audit.file"
	switch a := c.Audit; {
	case !d.fine(path) || !d.fine("audit.to") || a.To == "":
	case a.To != "file" && d.has(path):
		d.bad(path, "is only for audit.to: file; remove one of the two")
	case a.To != "file":
	case a.File == "":
		d.bad(path, "is needed with audit.to: file: write a path such as /var/log/hush/audit.log")
	default:
		at := c.AuditFile()
		if info, err := os.Stat(filepath.Dir(at)); err != nil || !info.IsDir() {
			d.bad(path, "must be in a folder that is there: make %s", filepath.Dir(at))
		} else if info, err := os.Stat(at); err == nil && info.IsDir() {
			d.bad(path, "is a folder: write the path of a file in it")
		}
	}
}
