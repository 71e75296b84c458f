// Package redisstore keeps everything that Hush shares between nodes in Redis,
// or in a Redis inside the process: [Open] or [Embedded], then hand the [Store]
// to the domains, whose interfaces it implements. It holds no policy.
//
// # Keys
//
// Every key stands here. k is a session key, u the first 16 bytes of the
// SHA-256 of a user id in base64url, so that no user id shows in a key. t is what
// attempts to sign in count for, hashed too: a user, a name that nobody has, or
// an address; b is the hash of a browser's form cookie, a that of an address. The
// part in braces decides the Cluster slot, and a script touches one slot only:
// that of one session, of one user, of what attempts count for, of one parked
// request or client assertion, of one app, of the marks, of the keys, or of the
// messages to apps.
//
//	Key                   Type    Holds                              TTL
//	hush:{k}:s            hash    one session, or its tombstone      min(idle, ex-now) + 1 h; while
//	                                                                 pending at most 15 min + 1 h;
//	                                                                 as a tombstone 1 h
//	hush:{k}:used:<jti>   string  a redeemed code: "ok <attempt>"    the rest of the code's life + 10 min
//	                              "revoked" once it was replayed     life of what the code gave, or its own
//	                              or what it gave, and of an         the rest of that token's life
//	                              access token that was revoked
//	hush:{k}:r:<jti>      hash    the refresh family of a code       until its absolute expiry
//	hush:{k}:ra:<jti>     string  the family's last answer, sealed   the grace + 5 s
//	                              for the token that was spent
//	hush:{k}:rs           zset    "<jti> <client>", the session's    the latest expiry of one
//	                              families by when they began, µs
//	hush:{u:<u>}:sessions zset    the user's session keys by         latest expiry + 1 h
//	                              absolute expiry, ms, or that of
//	                              a family that outlives it
//	hush:{u:<u>}:new      zset    members of that list whose record    1 min after the last sign-in
//	                              may not be there yet, by when they
//	                              are no longer new, ms; only where
//	                              the number of sessions is limited
//	hush:{u:<u>}:gen      string  generation: server time in µs of   24 h, longer than any sign-in
//	                              the last Turn, strictly growing
//	hush:{u:<u>}:consents hash    client id -> oauth.Grants          400 days after the last answer
//	hush:{u:<u>}:meta     hash    what rules wrote of the user: app and    400 days after the last use, moved
//	                              user, sealed, logins, last, the       at most once a day
//	                              attempt that was counted last
//	hush:{u:<u>}:factors  string  sealed; what the user has beside     none
//	                              the password: apps, passkeys,
//	                              recovery codes
//	hush:{t:<t>}:tries    string  empty; a bucket of attempts        until the bucket is full again
//	hush:{t:<t>}:tries:<b>        the same for a browser that the    likewise
//	                              account knows
//	hush:{t:<t>}:from:<a> string  an address's share of the          likewise
//	                              attempts on an account
//	hush:{t:<t>}:browsers zset    browsers that signed in to the     30 days after the last sign-in
//	                              account, by when forgotten, ms
//	hush:{t:<t>}:try:<id> string  ticket of an attempt: which of     1 min, longer than any request
//	                              its scripts' keys let it in
//	hush:{p:<id>}:used    string  a used parked request, client      as the caller says
//	                              assertion, DPoP proof or ticket
//	                              between hosts: the id of the attempt
//	                              that was first
//	hush:{p:<id>}:ruled   string  sealed; what rules said while consent is   10 min; 15 min for a
//	                              asked for, or the request of a person   sign-in, 1 h else
//	                              whom they sent elsewhere; of out:<hash
//	                              of a form cookie> when that browser     15 min
//	                              signed out last; a sign-in that is       15 min
//	                              under way at another provider; of a
//	                              session there, by its hash, whose it is,  a session's life
//	                              when it was ended, and the logout         45 min
//	                              tokens that were heard;                   12 min
//	                              the ID token of a sign-in there           a session's life
//	hush:{c:<id>}:client  string  an app that registered itself,     400 days after the last use, moved
//	                              sealed                             at most once a day
//	hush:{c:<id>}:logo    string  its picture                        likewise
//	hush:{marks}          hash    client id -> seconds up to which   3650 days after the last mark,
//	                              every sign-in is over for it;      longer than anything lives
//	                              "" for everyone
//	hush:{audit}          stream  one line of the audit log in each   as long as lines are kept, after
//	                              entry, in line                     the last; only with audit.to: redis
//	hush:{keys}           hash    v version, sealed signing keys     none
//	hush:{keys}:lease     string  who of the nodes changes them      10 s
//
// The queue of messages to apps has keys of its own, below hush:{backchannel}:.
// None but told has a TTL: a message is gone when it was delivered or is a day
// old, and what belongs to an app goes with the app's last one.
//
//	apps               zset    client ids by when it is their turn, ms
//	due:<client>       zset    sids whose end the app is not told of yet, by when
//	                           they may go out, ms
//	out:<client>       zset    those that a worker has, by the end of its lease, ms
//	jobs               hash    "<client> <sid>" -> "<attempts> <user id>"
//	until              zset    "<client> <sid>" by when it is given up, ms
//	app:<client>       hash    fails in a row, since ms and err, the first and the last
//	                           of them, pause ms, until when it is left alone; wins,
//	                           how many more it gets at once than one
//	told:<sid>:<client> string empty; it was delivered, for an hour
//
// # The session record
//
//	st    pending, active or ended        at    seconds, last sign-in
//	why   ended: the reason               acr   how the user signed in
//	sid   public session id               amr   the same, separated by spaces
//	uid   user id                         grp   SSO group
//	h     hash of the secret              cr    ms, created
//	hp    hash of the secret before it    ex    ms, absolute expiry
//	hpx   ms, until when hp is good       idle  ms, idle time
//	rem   1: asked to stay signed in,     lu    seconds, last use, noted when the idle
//	      0: did once, then signed in           expiry moves; absent: at
//	      without asking                  cv    version of the credential
//	dev   the device, for people
//	atp, acrp, amrp  at, acr and amr before the last sign-in: what who holds the
//	      secret that it replaced is told
//	c:<client>  seconds of first use; a space and µs of when the account was
//	            last chosen for it, if it was; then what it was granted
//	            (oauth.Grants, which is empty or begins with a line end)
//	b:<client>  other secrets of the session, for that client in frames of one
//	            site; at most four lines of, with tabs between: hash, site, expires
//	            in ms or 0, made in ms, and at, acr, amr and cv of the sign-in
//	            that it was made under
//	rp:<client> version of the provider's rules that let the user in to the client
//	            last, then what they were asked about (oauth.Grants); only where
//	            rules may be left out of silent requests by it
//	bh:<host>   the same for one more hostname of the provider; no site
//
// What users have beside their password has no TTL: a factor that lapsed after a
// while would leave a password alone, and nobody would notice. It goes when its user
// or an operator removes it.
//
// ex moves when a session that was not remembered is: it counts from cr then, by
// the lifetime of those that are. Limits of the policy that are lower than those
// of a record hold at once, and are written into it at its next use.
//
// A record is live while it is active, its PTTL is above one hour and ex has
// not come. The hour of grace lets the next silent answer say why there is no
// session. An ended record is a tombstone: it keeps h, hp, hpx (so that only
// who holds the secret learns the reason), sid, uid, grp, c:* (who took part), rp:*, b:*
// and bh:*.
//
// # The refresh family
//
//	h     hash of the secret of the token that stands
//	hp    of the one before it       at    ms, when that was spent
//	ex    ms, absolute expiry, never moves
//	cl    client id                  uid   user id
//	out   1: outlives a session that ran out or was signed out of
//	cv    the session's at the last refresh in its life
//
// A family without out also needs the live session, and one with it needs what
// its client holds there while the session lives. A session that is revoked, whose
// user is disabled or has another password, takes all its families with it, and so
// does consent that is taken back those of the client. Absence is the end: nothing
// but redeem.lua makes a family.
package redisstore

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/hush-sso/hush/session"
)

// Times of life that the code decides; the scripts get them as arguments or,
// for the hour of grace, have them in scripts/record.lua.
const (
	pendingLife      = 15 * time.Minute     // from Create to Activate
	secretGrace      = 15 * time.Second     // the replaced secret, for requests in flight
	answerSlack      = 5 * time.Second      // an answer is there for as long as the grace is judged
	usedSlack        = 10 * time.Minute     // a code's marker outlives the code, whatever clocks do
	genLife          = 24 * time.Hour       // a sign-in takes minutes
	newLife          = time.Minute          // from Enlist to Create, which are one request
	ticketLife       = time.Minute          // no request to sign in takes as long
	consentLife      = 400 * 24 * time.Hour // a consent unused for a year is asked for again
	markLife         = 3650 * 24 * time.Hour
	metadataLife     = 400 * 24 * time.Hour // of what rules wrote of a user who is not seen again
	metadataStep     = 24 * time.Hour       // by which its expiry moves at least
	registrationLife = 400 * 24 * time.Hour // of an app that nobody uses
	registrationStep = 24 * time.Hour       // by which its expiry moves at least
	mostFamilies     = 200                  // of one client in one session; the oldest make room
)

const (
	signingKeys = "hush:{keys}"
	auditKey    = "hush:{audit}"
	keysLease   = "hush:{keys}:lease"
	marksKey    = "hush:{marks}"
)

const (
	backchannelApps = "hush:{backchannel}:apps" // first among the keys of the queue
	backchannelJobs = "hush:{backchannel}:jobs"
)

func sessionKey(k session.Key) string { return "hush:{" + k.String() + "}:s" }

func usedKey(k session.Key, jti string) string { return "hush:{" + k.String() + "}:used:" + jti }

// familyKeys are the keys of family.lua.
func familyKeys(k session.Key, jti string) []string {
	hush := "hush:{" + k.String() + "}:"
	return []string{sessionKey(k), usedKey(k, jti), hush + "r:" + jti, hush + "ra:" + jti, familiesKey(k)}
}

func familiesKey(k session.Key) string { return "hush:{" + k.String() + "}:rs" }

func parkedKey(id string) string { return "hush:{p:" + id + "}:used" }

func awaitKey(id string) string { return "hush:{p:" + id + "}:ruled" }

func registrationKey(id, what string) string { return "hush:{c:" + id + "}:" + what }

func tryKey(of, what string) string { return "hush:{t:" + of + "}:" + what }

func userKey(userID, what string) string {
	sum := sha256.Sum256([]byte(userID))
	return "hush:{u:" + base64.RawURLEncoding.EncodeToString(sum[:16]) + "}:" + what
}
