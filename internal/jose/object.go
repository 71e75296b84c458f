package jose

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// CheckObject requires one JSON object in which no member stands twice (RFC
// 8725 section 3.1 and RFC 7519 section 4), at any depth.
func CheckObject(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	if err := checkMembers(decoder, 1); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

const maxDepth = 16

// checkMembers reads to the end of an object.
func checkMembers(decoder *json.Decoder, depth int) error {
	seen := make(map[string]bool)
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		key := name.(string)
		if depth == 1 {
			// encoding/json also takes a member for a field when only the
			// case of its name differs, so those count as the same.
			key = strings.ToLower(strings.ToUpper(key))
		}
		if seen[key] {
			return fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := checkValue(decoder, depth); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func checkValue(decoder *json.Decoder, depth int) error {
	first, err := decoder.Token()
	if err != nil {
		return err
	}
	open, _ := first.(json.Delim)
	if open != 0 && depth == maxDepth {
		return errors.New("nested too deep")
	}
	switch open {
	case '{':
		return checkMembers(decoder, depth+1)
	case '[':
		for decoder.More() {
			if err := checkValue(decoder, depth+1); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
	}
	return err
}
