package acr

import "slices"

// Demand is what a request asks of the sign-in. The zero Demand is met by any.
type Demand struct {
	Floor  int      // the least rank that meets it
	Most   int      // the highest rank that is named: what a sign-in for it is made for
	Values []string // in which it was asked; nil: any
	Beyond bool     // values were named, and none is of a class
}

// Demand is that of one list of values, any of which will do. Values of no class
// are passed over.
func (o *Order) Demand(values []string) Demand {
	d := Demand{Values: values, Floor: -1}
	for _, value := range values {
		rank := o.Rank(value)
		if rank < 0 {
			continue
		}
		d.Most = max(d.Most, rank)
		if d.Floor < 0 || rank < d.Floor {
			d.Floor = rank
		}
	}
	d.Beyond = len(values) > 0 && d.Floor < 0
	d.Floor = max(d.Floor, 0)
	return d
}

// And is both demands at once. So the weaker of two, which somebody may have
// added on the way, never takes the place of the stronger.
func (d Demand) And(more Demand) Demand {
	d.Floor, d.Most = max(d.Floor, more.Floor), max(d.Most, more.Most)
	if len(more.Values) > 0 {
		d.Values = append(slices.Clip(d.Values), more.Values...)
	}
	d.Beyond = d.Beyond || more.Beyond
	return d
}
