// Package config reads the one YAML file that a server is configured by.
//
//	c, err := config.Load("hush.yaml", os.LookupEnv)
//	var problems config.Problems
//	if errors.As(err, &problems) { ... } // all of them, by line
//
// What Load returns can work: every address, secret, lifetime, app and user in
// it has been checked, and what loads but will disappoint is in
// [Config.Warnings]. Otherwise Load names everything that is wrong, each with
// its line, its key and what to write instead. It connects to nothing.
//
// The structs in config.go and registry.go are the one source of the keys: their
// comments and tags become docs/configuration.md and docs/hush.schema.json
// (go test ./internal/config -update).
//
// No text of this package holds a secret, nor a value that came from the
// environment.
package config
