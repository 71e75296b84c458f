package egress

import (
	"context"
	"net/netip"
)

// Judge tells whether a socket would connect to host:port.
func Judge(address string, allow ...netip.Prefix) error {
	return rules{allow}.control(context.Background(), "tcp", address, nil)
}
