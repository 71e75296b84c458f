// A provider with sessions in Redis, as little configured as the renewals of the
// benchmark allow. Run by the suite peer; the arguments are where to listen, where Redis
// is, the issuer and the redirect URI.
import Provider from 'oidc-provider'
import Redis from 'ioredis'
import { generateKeyPairSync } from 'node:crypto'

const [port, redisPort, issuer, redirect] = process.argv.slice(2)
const redis = new Redis(Number(redisPort), '127.0.0.1', { enableAutoPipelining: true })

class Adapter {
  constructor(name) { this.name = name }
  key(id) { return `peer:${this.name}:${id}` }
  async upsert(id, payload, ttl) {
    const set = redis.multi().set(this.key(id), JSON.stringify(payload), 'EX', ttl || 86400)
    if (payload.uid) set.set(`peer:uid:${payload.uid}`, id, 'EX', ttl || 86400)
    await set.exec()
  }
  async find(id) {
    const text = await redis.get(this.key(id))
    return text ? JSON.parse(text) : undefined
  }
  async findByUid(uid) {
    const id = await redis.get(`peer:uid:${uid}`)
    return id ? this.find(id) : undefined
  }
  async consume(id) {
    const payload = await this.find(id)
    if (payload) await this.upsert(id, { ...payload, consumed: Math.floor(Date.now() / 1000) })
  }
  async destroy(id) { await redis.del(this.key(id)) }
  async revokeByGrantId() {}
}

const jwk = (alg, kind, options) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig' })
const client = (id, alg) => ({
  client_id: id, redirect_uris: [redirect], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'implicit'],
  response_types: ['code', 'id_token token'], id_token_signed_response_alg: alg,
})
const account = (id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Alice Example', email: 'alice@example.com', email_verified: true }) })
const api = (alg) => ({ scope: 'read', accessTokenFormat: 'jwt', accessTokenTTL: 7200, jwt: { sign: { alg } } })

const provider = new Provider(issuer, {
  adapter: Adapter,
  jwks: { keys: [jwk('RS256', 'rsa', { modulusLength: 2048 }), jwk('ES256', 'ec', { namedCurve: 'P-256' })] },
  clients: [client('code', 'ES256'), client('es256', 'ES256'), client('rs256', 'RS256'), client('mixed', 'RS256')],
  responseTypes: ['code', 'id_token token'],
  cookies: { keys: ['of the benchmark'] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  scopes: ['openid', 'read'],
  routes: { authorization: '/authorize', token: '/oauth/token' },
  pkce: { required: () => false },
  findAccount: (ctx, id) => account(id),
  features: {
    devInteractions: { enabled: true },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => api(resource.includes('rs256') ? 'RS256' : 'ES256'),
      useGrantedResource: () => true,
    },
  },
  // Whoever signed in has agreed, as with an app of one's own.
  async loadExistingGrant(ctx) {
    const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId)
    if (known) return ctx.oidc.provider.Grant.find(known)
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile email read')
    for (const alg of ['es256', 'rs256']) grant.addResourceScope(`https://${alg}.api.example.com`, 'read')
    await grant.save()
    return grant
  },
})
provider.proxy = true
provider.listen(Number(port), '127.0.0.1')
