// Package freeport finds ports for the servers of tests that must know theirs before
// they listen.
package freeport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// Ports that no connection to somewhere is given: Linux takes those of 32768 and more,
// other systems of 49152 and more. One that was, between being found free and being
// listened to, made a test fail once in many.
const least, most = 20000, 32767

// given are the ports that tests of this process have, used or not yet.
var given sync.Map

// Take returns a port of loopback on which nothing listens, to no two tests of a package
// the same.
func Take(t testing.TB) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(least + rand.IntN(most-least+1))
		if _, taken := given.LoadOrStore(port, true); !taken && free(port) {
			return port
		}
	}
	t.Fatal("no port of loopback is free")
	return ""
}

// free tells by both families of addresses, since localhost may be either.
func free(port string) bool {
	for _, host := range []string{"127.0.0.1", ""} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}
