package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Subject types (OpenID Connect Core 1.0 section 8).
const (
	SubjectPublic   = "public"
	SubjectPairwise = "pairwise"
)

// Pairwise tells whether the app knows users by a sub that apps of other sectors
// cannot compare with theirs.
func (c *Client) Pairwise() bool { return c.SubjectType == SubjectPairwise }

// Sector is the host that apps must share to know a user by the same sub (OpenID
// Connect Core 1.0 section 8.1). It is "" where the app is not pairwise.
func (c *Client) Sector() string { return c.sector }

func (c *Client) checkSubject() error {
	switch c.SubjectType {
	case "":
		c.SubjectType = SubjectPublic
	case SubjectPublic, SubjectPairwise:
	default:
		return errors.New("subject_type must be public or pairwise")
	}
	sector, err := ParseSector(c.SectorIdentifierURI)
	if c.SectorIdentifierURI != "" && err != nil {
		return fmt.Errorf("sector_identifier_uri: %q %w", c.SectorIdentifierURI, err)
	}
	if !c.Pairwise() {
		return nil
	}
	if c.sector = sector; sector == "" {
		c.sector, err = soleHost(c.redirects)
	}
	return err
}

// ParseSector returns the host of a sector_identifier_uri.
func ParseSector(raw string) (string, error) {
	u, err := parseStrict(raw)
	switch {
	case err != nil:
		return "", err
	case u.Scheme != "https":
		return "", errors.New("must begin with https://")
	case strings.Contains(raw, "#"):
		return "", errors.New("must not have a fragment")
	}
	if _, err := originOf(u); err != nil {
		return "", err
	}
	return u.Hostname(), nil
}

// soleHost is the host that all addresses have.
func soleHost(list []RedirectURI) (string, error) {
	sole := ""
	for i := range list {
		u, err := url.Parse(list[i].origin)
		switch {
		case err != nil || u.Hostname() == "":
			return "", errors.New("subject_type: pairwise needs a sector_identifier_uri, because redirect_uris hold an address without a host")
		case sole != "" && sole != u.Hostname():
			return "", errors.New("subject_type: pairwise needs a sector_identifier_uri, because redirect_uris are on several hosts")
		}
		sole = u.Hostname()
	}
	return sole, nil
}
