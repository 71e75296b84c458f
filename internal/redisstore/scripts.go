package redisstore

import (
	"embed"
	"strings"

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/*.lua
var sources embed.FS

// One script per invariant; the invariant is the comment that the file opens
// with. Each runs by its hash, and as text where the server does not know it
// (after a restart, a failover or SCRIPT FLUSH).
var (
	createScript             = script("record", "create")
	activateScript           = script("record", "activate")
	resolveScript            = script("record", "bindings", "resolve")
	bindScript               = script("record", "bindings", "bind")
	renewScript              = script("record", "renew")
	participateScript        = script("grants", "record", "participate")
	chooseScript             = script("record", "choose")
	describeScript           = script("record", "apps", "describe")
	withdrawScript           = script("record", "families", "withdraw")
	endScript                = script("record", "outlives", "families", "apps", "end")
	redeemScript             = script("grants", "record", "bindings", "outlives", "family", "begin", "redeem")
	checkScript              = script("grants", "record", "outlives", "family", "check")
	peekScript               = script("grants", "record", "bindings", "outlives", "family", "present", "peek")
	rotateScript             = script("grants", "record", "outlives", "family", "present", "rotate")
	revokeScript             = script("outlives", "family", "revoke")
	keepScript               = script("keep")
	enlistScript             = script("enlist")
	listScript               = script("list")
	turnScript               = script("turn")
	rememberScript           = script("grants", "remember")
	loadKeysScript           = script("loadkeys")
	saveKeysScript           = script("savekeys")
	leaseKeysScript          = script("leasekeys")
	registrationScript       = script("registration")
	saveRegistrationScript   = script("saveregistration")
	deleteRegistrationScript = script("deleteregistration")
	metadataScript           = script("metadata")
	saveMetadataScript       = script("savemetadata")
	countLoginScript         = script("countlogin")
	saveFactorsScript        = script("savefactors")
	markUsedScript           = script("markused")
	marksScript              = script("marks")
	setMarkScript            = script("setmark")
	admitScript              = script("tries", "admit")
	giveBackScript           = script("tries", "giveback")
	welcomeScript            = script("tries", "welcome")
	tellScript               = script("backchannel", "tell")
	leaseScript              = script("backchannel", "lease")
	deliveredScript          = script("backchannel", "delivered")
	undeliveredScript        = script("backchannel", "undelivered")
	pendingScript            = script("backchannel", "pending")
)

// script joins the clock, the shared parts that a script names and the script.
func script(parts ...string) *redis.Script {
	var b strings.Builder
	for _, part := range append([]string{"clock"}, parts...) {
		text, err := sources.ReadFile("scripts/" + part + ".lua")
		if err != nil {
			panic(err) // the file is compiled in
		}
		b.Write(text)
	}
	return redis.NewScript(b.String())
}
