import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oidcSection } from '../auth/oidc/settings.ts'
import { oidcClient, providerUnderTest } from '../auth/oidc/testing/provider-under-test.ts'
import { oidcFindings } from './oidc-findings.ts'

const env = { BAYKEEPER_OIDC_SECRET: oidcClient.secret }
const given = { clientId: oidcClient.id, roles: [{ value: 'x', role: 'viewer' }], allowAddresses: ['127.0.0.1'] }
const configured = (more: object, place: object = {}) => ({
  ...{
    signIn: { secondFactorFor: [], oidc: oidcSection.parse({ ...given, ...more }) },
    host: '127.0.0.1',
    port: 8_080,
  },
  ...place,
})

test('the doctor names what the settings of a provider lack, and the address to register there', async () => {
  assert.deepEqual(await oidcFindings({ signIn: { secondFactorFor: [] }, host: '127.0.0.1', port: 8_080 }, env), [])
  await using provider = await providerUnderTest(() => 'http://localhost:8080/sign-in/oidc/callback')
  const { issuer } = provider
  const [fine, ...more] = await oidcFindings(configured({ issuer }), env)
  assert.deepEqual([fine?.level, more], ['ok', []])
  assert.match(fine?.what ?? '', /http:\/\/localhost:8080\/sign-in\/oidc\/callback$/)
  const [lacking] = await oidcFindings(configured({ issuer }), {})
  assert.deepEqual([lacking?.level, lacking?.what], ['fault', 'signIn.oidc: there is no client secret'])
  const open = await oidcFindings(configured({ issuer }, { host: '0.0.0.0' }), env)
  assert.deepEqual(
    open.map(({ level }) => level),
    ['warning', 'ok'],
  )
  const file = await oidcFindings(configured({ issuer, caFile: '/nothing/here.pem' }), env)
  assert.match(file[0]?.what ?? '', /here.pem cannot be read/)
  const refused = await oidcFindings(configured({ issuer, allowAddresses: [] }), env)
  assert.match(refused[0]?.what ?? '', /signIn\.oidc\.allowAddresses/)
})

test('a provider without TLS is asked on this machine only', () => {
  for (const issuer of ['http://login.example.org', 'ftp://x', 'https://user:pass@x.org', 'https://x.org/?tenant=1'])
    assert.equal(oidcSection.safeParse({ ...given, issuer }).success, false, issuer)
  for (const issuer of ['https://login.example.org/v2.0', 'http://localhost:9000', 'http://127.0.0.1:9000/realms/town'])
    assert.equal(oidcSection.safeParse({ ...given, issuer }).success, true, issuer)
})
