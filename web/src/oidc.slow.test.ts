/** Signing in by a real provider of another site, in a real browser: cookies that are not sent between sites break this first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiUnderTest, layoutOf } from '../../src/api/testing/api-under-test.ts'
import { createOidcProvider } from '../../src/auth/oidc/provider.ts'
import { oidcSection } from '../../src/auth/oidc/settings.ts'
import { oidcClient, providerUnderTest } from '../../src/auth/oidc/testing/provider-under-test.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { launchBrowser, skip } from './testing/browser-under-test.ts'
import { buildPages } from './testing/build-under-test.ts'

test('the button leads to the provider and back to the desk, and to the reason where there is no role', {
  skip,
}, async () => {
  await using build = await buildPages()
  let origin = ''
  // Registered at the provider once the port is known; `localhost` and 127.0.0.1 are two sites to a browser.
  const settings = {
    clientId: oidcClient.id,
    name: 'Town',
    allowAddresses: ['127.0.0.1'],
    roles: [{ value: 'staff', role: 'operator' }],
  }
  const parts = { env: { BAYKEEPER_OIDC_SECRET: oidcClient.secret }, monotonic: systemClock.monotonic }
  const late: { provider?: ReturnType<typeof createOidcProvider> } = {}
  const port = {
    begin: (callback: string) => (late.provider as ReturnType<typeof createOidcProvider>).begin(callback),
    finish: (...given: Parameters<ReturnType<typeof createOidcProvider>['finish']>) =>
      (late.provider as ReturnType<typeof createOidcProvider>).finish(...given),
  }
  const parsed = oidcSection.parse({ ...settings, issuer: 'http://127.0.0.1:1' })
  assert.ok(parsed)
  await using api = await apiUnderTest({
    distDir: build.dir,
    layout: layoutOf(['A-1']),
    oidc: { settings: parsed, provider: port },
  })
  origin = (await api.listen()).replace('127.0.0.1', 'localhost')
  await using provider = await providerUnderTest(() => `${origin}/sign-in/oidc/callback`)
  late.provider = createOidcProvider({ ...parsed, issuer: provider.issuer }, parts)
  provider.accounts.set('ada', { name: 'Ada', email: 'ada@example.org', groups: ['staff'] })
  provider.accounts.set('bob', { name: 'Bob', email: 'bob@example.org', groups: [] })
  const browser = await launchBrowser()
  try {
    for (const [who, shown] of [
      ['ada', '.shell'],
      ['bob', '[role=alert]:has-text("gives no role here")'],
    ] as const) {
      const page = await (await browser.newContext()).newPage()
      await page.goto(`${origin}/signin`)
      await page.getByRole('link', { name: 'Sign in with Town' }).click()
      await page.fill('[name=login]', who)
      await page.fill('[name=password]', 'x')
      await page.press('[name=password]', 'Enter')
      await page.locator(shown).waitFor({ timeout: 20_000 })
      assert.equal(new URL(page.url()).origin, origin)
      if (process.env['PICTURE']) await page.screenshot({ path: `${process.env['PICTURE']}-${who}.png` })
      await page.context().close()
    }
  } finally {
    await browser.close()
  }
})
