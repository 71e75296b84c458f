package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is what a struct's tags say about one key.
type field struct {
	index                             int
	name                              string // of the Go field
	kind                              reflect.Type
	key, fallback, otherwise, example string
	min, max                          string
	oneOf                             []string
	need, reload                      bool
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
	secretType   = reflect.TypeFor[Secret]()
)

// fields returns the keys of a section in the order of its struct.
func fields(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("key")
		if key == "" {
			continue
		}
		list = append(list, field{
			index: i, name: f.Name, kind: f.Type, key: key,
			fallback: f.Tag.Get("default"), otherwise: f.Tag.Get("otherwise"), example: f.Tag.Get("example"),
			min: f.Tag.Get("min"), max: f.Tag.Get("max"),
			oneOf: strings.Fields(f.Tag.Get("oneof")), need: f.Tag.Get("need") == "yes", reload: f.Tag.Get("reload") == "yes",
		})
	}
	return list
}

// section returns the struct behind a pointer, list or table, or nil.
func section(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && t != prefixType {
		return t
	}
	return nil
}

// defaultsOf is a section in which nothing was written.
func defaultsOf[T any]() (section T) {
	setDefaults(reflect.ValueOf(&section).Elem())
	return section
}

// setDefaults fills a section that holds nothing yet.
func setDefaults(v reflect.Value) {
	for _, f := range fields(v.Type()) {
		if target := v.Field(f.index); f.fallback != "" {
			if err := setDefault(target, f.fallback); err != nil {
				panic(fmt.Sprintf("config: default of %s: %v", f.key, err)) // a test loads every section
			}
		} else if f.kind.Kind() == reflect.Struct {
			setDefaults(target)
		}
	}
}

func setDefault(v reflect.Value, text string) (err error) {
	switch {
	case v.Type() == durationType:
		var d time.Duration
		d, err = parseDuration(text)
		v.SetInt(int64(d))
	case v.Kind() == reflect.Bool:
		v.SetBool(text == "true")
	case v.Kind() == reflect.Int:
		var n int
		n, err = strconv.Atoi(text)
		v.SetInt(int64(n))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.ValueOf(strings.Split(text, ",")))
	default:
		v.SetString(text)
	}
	return err
}
