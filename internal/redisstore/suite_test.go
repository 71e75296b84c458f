package redisstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

const (
	idle     = 72 * time.Hour
	lifetime = 168 * time.Hour
	app      = "shop"
)

// suite is what every store must do: embedded, one Redis, a Cluster.
var suite = []struct {
	name string
	test func(*testing.T, bench)
}{
	{"create", testCreate}, {"activate", testActivate}, {"resolve", testResolve},
	{"renew", testRenew}, {"bind", testBind}, {"binding scope", testBindingScope}, {"binding life", testBindingLife},
	{"binding sign-in", testBindingSignIn}, {"binding evidence", testBindingEvidence}, {"bindings are few", testBindingsAreFew},
	{"binding ends", testBindingEnds}, {"bind race", testBindRace}, {"bound is told", testBoundIsTold}, {"participate", testParticipate}, {"pass", testPass}, {"await", testAwait}, {"withdraw", testWithdraw}, {"end", testEnd},
	{"tombstone", testTombstone}, {"wrong secret", testWrongSecret}, {"previous secret", testPreviousSecret},
	{"idle expiry", testIdleExpiry}, {"absolute expiry", testAbsoluteExpiry}, {"slide", testSlide},
	{"lowered", testLowered}, {"lowered stays", testLoweredStays}, {"lowered near its end", testLoweredNearItsEnd},
	{"remembered", testRemembered}, {"last use", testLastUse}, {"chosen", testChosen},
	{"describe", testDescribe}, {"list", testListPages}, {"remembered on the list", testRememberedOnTheList}, {"full", testFull}, {"places race", testPlacesRace},
	{"corrupt", testCorrupt}, {"pending expiry", testPendingExpiry},
	{"redeem", testRedeem}, {"redeem refused", testRedeemRefused}, {"redeem race", testRedeemRace},
	{"refresh", testRefresh}, {"refresh grace", testRefreshGrace}, {"refresh refused", testRefreshRefused},
	{"refresh ends", testRefreshEnds}, {"refresh withdrawn", testRefreshWithdrawn}, {"refresh listed", testRefreshListed},
	{"refresh slides", testRefreshSlides}, {"refresh race", testRefreshRace}, {"families are few", testFamiliesAreFew},
	{"revoke", testRevoke}, {"revoked code", testRevokedCode}, {"replay ends the family", testReplayEndsTheFamily},
	{"replay", testReplay}, {"check", testCheck}, {"participate race", testParticipateRace},
	{"users", testUsers}, {"turn race", testTurnRace}, {"half a turn", testHalfTurn}, {"manager", testManager},
	{"consents", testConsents}, {"parked", testParked}, {"marks", testMarks}, {"keys", testKeys},
	{"metadata", testMetadata}, {"metadata life", testMetadataLife}, {"metadata race", testMetadataRace}, {"count logins", testCountLogins},
	{"factors", testFactors}, {"factors race", testFactorsRace},
	{"attempts", testAttempts}, {"attempts race", testAttemptsRace}, {"attempts retried", testAttemptsRetried},
	{"give back late", testGiveBackLate}, {"known browser", testKnownBrowser},
	{"share of an address", testShare}, {"known browsers are few", testKnownBrowsersAreFew}, {"attempt refused", testAttemptRefused},
	{"registrations", testRegistrations}, {"registration life", testRegistrationLife},
	{"registration and sessions", testRegistrationAndSessions}, {"resolve all", testResolveAll}, {"choose", testChoose}, {"registration race", testRegistrationRace},
	{"queue", testQueue}, {"queue once", testQueueOnce}, {"queue lease", testQueueLease}, {"queue backoff", testQueueBackoff},
	{"queue jitter", testQueueJitter}, {"queue turns", testQueueTurns}, {"queue keep", testQueueKeep}, {"queue most", testQueueMost}, {"queue race", testQueueRace},
	{"health", testHealth}, {"script flush", testScriptFlush}, {"every key expires", testEveryKeyExpires},
}

func TestStore(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) { runSuite(t, s, kit) })
}

// A script that touched two slots would fail here.
func TestCluster(t *testing.T) {
	s := redistest.Cluster(t).Open()
	runSuite(t, s, redistest.For(s))
}

func runSuite(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.test(t, bench{t, s, kit}) })
	}
}

// bench is a store with short words for what the tests do.
type bench struct {
	t testing.TB
	*redisstore.Store
	kit redistest.Kit
}

var ctx = context.Background()

func newHandle() (h session.Handle) {
	rand.Read(h.Key[:])
	h.Secret = newSecret()
	return h
}

func newSecret() (s session.Secret) {
	rand.Read(s[:])
	return s
}

func record(h session.Handle) session.Record {
	return session.Record{
		Handle: h, SID: "sid-" + h.Key.String(), UserID: "user-" + h.Key.String(), ACR: "urn:acr",
		AMR: []string{"pwd", "otp"}, Group: "staff", Limits: session.Limits{Idle: idle, Lifetime: lifetime},
	}
}

// enlist puts a session on a list that takes any number.
func (b bench) enlist(user, gen string, key session.Key, expires time.Time) error {
	_, err := b.Enlist(ctx, session.Entry{UserID: user, Generation: gen, Key: key, Expires: expires})
	return err
}

// active returns the handle of a live session in which app holds openid.
func (b bench) active() session.Handle {
	b.t.Helper()
	h := newHandle()
	b.ok(b.Create(ctx, record(h)))
	b.ok(b.Activate(ctx, h.Key))
	b.participate(h, openid)
	return h
}

var openid = oauth.NewGrants("", []string{"openid"})

func (b bench) participate(h session.Handle, g oauth.Grants) {
	b.t.Helper()
	_, err := b.Participate(ctx, h.Key, app, g)
	b.ok(err)
}

func (b bench) resolve(h session.Handle) session.Session {
	b.t.Helper()
	s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
	b.ok(err)
	return s
}

// why is the error of a Resolve that is expected to fail with it.
func (b bench) why(h session.Handle, want error) {
	b.t.Helper()
	s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app, Activity: true})
	if !errors.Is(err, want) {
		b.t.Fatalf("resolve: %v, want %v", err, want)
	}
	if s.UserID != "" || s.SID != "" {
		b.t.Fatalf("resolve gave away %+v", s)
	}
}

func (b bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) closed(_ session.Ended, err error) { b.t.Helper(); b.ok(err) }

func (b bench) same(got, want any) {
	b.t.Helper()
	if !reflect.DeepEqual(got, want) {
		b.t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// userKey is one of a user's keys, as redisstore names them.
func (b bench) userKey(user, what string) string {
	sum := sha256.Sum256([]byte(user))
	return "hush:{u:" + base64.RawURLEncoding.EncodeToString(sum[:16]) + "}:" + what
}

func (b bench) ended(_ []session.Ended, err error) { b.t.Helper(); b.ok(err) }

func (b bench) is(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("error %v, want %v", err, want)
	}
}

func (b bench) age(h session.Handle, d time.Duration) {
	b.t.Helper()
	b.ok(b.kit.Age(ctx, h.Key, d))
}

// left is the TTL of the record less the hour of grace.
func (b bench) left(h session.Handle) time.Duration {
	b.t.Helper()
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:s").Result()
	b.ok(err)
	return ttl - time.Hour
}

// near allows for what a machine that stood still adds.
func (b bench) near(got, want time.Duration) {
	b.t.Helper()
	if d := got - want; d.Abs() > 40*time.Second {
		b.t.Fatalf("%v, want about %v", got, want)
	}
}

func (b bench) now() time.Time {
	b.t.Helper()
	h, err := b.Health(ctx)
	b.ok(err)
	return h.Time
}

// code returns a redemption of a fresh code of the session.
func (b bench) code(h session.Handle) token.Redemption {
	return token.Redemption{
		Key: h.Key, JTI: rand.Text(), ClientID: app, Needs: openid,
		IssuedAt: b.now(), Lifetime: time.Minute, Attempt: rand.Text(), Outlives: 24 * time.Hour,
	}
}

// parallel runs f n times at once and returns the errors.
func parallel(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

func count(errs []error, want error) (n int) {
	for _, err := range errs {
		if errors.Is(err, want) {
			n++
		}
	}
	return n
}

func lines(g oauth.Grants) int { return strings.Count(string(g), "\n") - 1 }
