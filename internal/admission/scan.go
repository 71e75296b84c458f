package admission

import (
	"bytes"
	"strconv"
)

// header is what a connection has to know of a request.
type header struct {
	length int  // of header and body, in bytes
	clear  bool // length is sure
	renews bool // it is for the authorization endpoint, by GET, without a body, and alone
}

// whole tells whether a header is: it ends in an empty line. Lines end as net/textproto
// takes it, with or without a carriage return.
func whole(data []byte) bool {
	return bytes.HasSuffix(data, []byte("\n\r\n")) || bytes.Contains(data, []byte("\n\r\n")) || bytes.Contains(data, []byte("\n\n"))
}

// scan reads a header. The body's length must stand in it plainly, or not at all, for
// it to be clear.
func scan(data []byte) header {
	line, rest, found := bytes.Cut(data, []byte("\n"))
	h := header{renews: renews(bytes.TrimSuffix(line, []byte("\r")))}
	body, lengths := 0, 0
	for found {
		line, rest, found = bytes.Cut(rest, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 {
			h.length, h.clear = len(data)-len(rest)+body, found
			h.clear = h.clear && h.length >= len(data)
			h.renews = h.renews && h.clear && lengths == 0
			return h
		}
		switch line[0] | 0x20 {
		case 'c':
			if value, ok := field(line, "content-length"); ok {
				n, err := strconv.ParseUint(string(value), 10, 31)
				if lengths++; err != nil || lengths > 1 {
					return header{}
				}
				body = int(n)
			}
			if value, ok := field(line, "connection"); ok && !bytes.EqualFold(value, []byte("keep-alive")) {
				h.renews = false
			}
		case 't':
			if _, ok := field(line, "transfer-encoding"); ok {
				return header{}
			}
		case 'e':
			if _, ok := field(line, "expect"); ok {
				h.renews = false
			}
		}
	}
	return header{} // it goes on beyond what was read
}

// renews tells the request line of a request that may be refused.
func renews(line []byte) bool {
	target, current := bytes.CutSuffix(line, []byte(" HTTP/1.1"))
	target, get := bytes.CutPrefix(target, []byte("GET /"))
	if !current || !get {
		return false
	}
	path, _, _ := bytes.Cut(target, []byte("?"))
	return bytes.Equal(path, []byte("authorize")) || bytes.HasSuffix(path, []byte("/authorize"))
}

// field returns the value of a header field with this name, written small. Whatever
// begins with the name is taken for it, since it is not ours to tell what is no field.
func field(line []byte, name string) (value []byte, ok bool) {
	if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return nil, false
	}
	return bytes.TrimSpace(bytes.TrimPrefix(line[len(name):], []byte(":"))), true
}
