package main

import (
	"context"
	"net/http"
	"strconv"
)

const factorsUsage = `Usage: hush factors list USER
       hush factors remove USER FACTOR
       hush factors reset USER
       hush factors export [--config hush.yaml] --to FILE
       hush factors import [--config hush.yaml] --from FILE
       hush factors reseal [--config hush.yaml]

Shows the passkeys and authenticator apps of a user, takes one away, such as one that
was stolen, or all of them and the recovery codes, for who lost them. Then the
password alone signs the user in, or sets up another factor where one is needed: be
sure whom you do it for. Sessions go on; hush sessions end --user ends them.

Export, import and reseal read hush.yaml and Redis, and ask no running hush. They move what the
users of the directory have to another Redis, sealed under the same secrets, or put
back what a Redis lost. Import changes nothing for who has a factor there. Reseal seals all anew under the first of secrets, before
another one of them goes.
` + operatorFlags + `
Example:

  hush factors list alice
  hush factors reset alice
`

type shownFactor struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Name    string `json:"name,omitempty"`
	Created string `json:"created"`
	LastUse string `json:"last_use,omitempty"`
	Synced  bool   `json:"synced"`
}

type shownFactors struct {
	Items    []shownFactor `json:"items"`
	Recovery int           `json:"recovery_codes"`
}

func listFactors(ctx context.Context, o *operator) error {
	f, err := fetch[shownFactors](ctx, o, "users", o.args[0], "factors")
	return o.factors(f, err)
}

func removeFactor(ctx context.Context, o *operator) error {
	f, err := change[shownFactors](ctx, o, http.MethodDelete, nil, "users", o.args[0], "factors", o.args[1])
	return o.factors(f, err)
}

func resetFactors(ctx context.Context, o *operator) error {
	f, err := change[shownFactors](ctx, o, http.MethodDelete, nil, "users", o.args[0], "factors")
	return o.factors(f, err)
}

// factors prints what a user has.
func (o *operator) factors(f shownFactors, err error) error {
	if err != nil || o.json {
		return o.show(f, err)
	}
	rows := [][]string{{"FACTOR", "KIND", "NAME", "CREATED", "LAST USE", "SYNCED"}}
	for _, one := range f.Items {
		rows = append(rows, []string{one.ID, one.Kind, one.Name, one.Created, one.LastUse, yesNo(one.Synced)})
	}
	if err := o.table(rows, "The user has no second factor."); err != nil || len(f.Items) == 0 {
		return err
	}
	return o.say("%s recovery codes are left.", strconv.Itoa(f.Recovery))
}
