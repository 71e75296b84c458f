package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestChart(t *testing.T) {
	c := chart{title: "Cost & more", x: "sessions", y: "s", lines: []line{
		{"Hush", []point{{1, .1}, {1000, .2}, {1_000_000, .19}}},
		{"the floor", []point{{1, .03}, {1000, .03}, {1_000_000, .03}}},
	}}
	d := xml.NewDecoder(strings.NewReader(c.svg()))
	found := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			found[e.Name.Local]++
		}
	}
	if found["circle"] != 6 || found["path"] != 5+2 {
		t.Errorf("%v", found)
	}
	if low, high, top := c.bounds(); low != 0 || high != 6 || top < .2 || top > .31 {
		t.Errorf("%v to %v, up to %v", low, high, top)
	}
}
