package rehearsal

import (
	"fmt"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/slapdtest"
)

const (
	password = "wonderland" // of everybody but the directory's people
	audience = "https://orders.example.com"
	// upstreamSecret is that of the nodes at the other provider.
	upstreamSecret = "a secret between two providers"
)

// nodeConfig is that of both nodes, but for the ports.
const nodeConfig = `issuer: %[1]s
listen: %[2]s
admin: {listen: "%[3]s", token: "${HUSH_ADMIN_TOKEN}"}
trusted_proxies: [127.0.0.1]
secrets: ["${HUSH_SECRET}"]
redis: {mode: single, addrs: ["%[4]s"]}
keys: {publish: 10m}
egress: {allow: [127.0.0.1]}
factors: {}
connections:
  - name: partner
    title: Partner
    issuer: http://%[5]s/
    client_id: hush
    client_secret: "%[14]s"
directories:
  - name: staff
    urls: ["%[6]s"]
    ca: %[7]s
    bind_dn: %[8]s
    bind_password: %[9]s
    base: %[10]s
users:
  - {username: alice, password_hash: "%[11]s"}
  - {username: dora, password_hash: "%[11]s"}
apis:
  - {audience: "%[12]s", signing_alg: ES256, skip_consent_for_first_party: true}
clients:
  - id: shop
    first_party: true
    redirect_uris: ["%[13]s/callback"]
    grant_types: [authorization_code, implicit]
    response_types: [code, "id_token token"]
`

// upstreamConfig is that of the provider by which people sign in.
const upstreamConfig = `issuer: http://%s/
listen: %s
admin: {listen: "%s"}
secrets: ["${HUSH_SECRET}"]
redis: {mode: embedded}
users:
  - {username: bob, password_hash: "%s", claims: {name: Bob Partner}}
clients:
  - {id: hush, type: confidential, secret_hash: "%s", redirect_uris: ["%s"], first_party: true}
`

// configure writes the files of all nodes, which name one another's addresses.
func (s *stack) configure() {
	s.t.Helper()
	hash := hushtest.QuickHash(password)
	for _, n := range s.nodes {
		n.write(fmt.Sprintf(nodeConfig, s.issuer, n.listen, n.admin, s.redis.Addr(), s.upstream.listen,
			s.directory.TLS, s.directory.RootFile, slapdtest.Service, slapdtest.ServicePassword, slapdtest.People,
			hash, audience, s.app, upstreamSecret))
	}
	u := s.upstream
	u.write(fmt.Sprintf(upstreamConfig, u.listen, u.listen, u.admin, hash, client.HashSecret(upstreamSecret), s.issuer+"login/callback"))
}
