/** People and keys in a real browser, on the real API: from the setup link to a person who may only look. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser } from 'playwright-core'
import { type ApiUnderTest, apiUnderTest, layoutOf } from '../../src/api/testing/api-under-test.ts'
import { openAuditLog } from '../../src/audit/audit-log.ts'
import type { Person } from '../../src/auth/people.ts'
import { encodeAccessEvent } from '../../src/domain/access-event.ts'
import { openDesk } from '../../src/journal/segment-journal.ts'
import { isClean, type Look, launchBrowser, type Opened, openPage, shows, skip } from './testing/browser-under-test.ts'
import { type Build, buildPages } from './testing/build-under-test.ts'

const password = 'seven green bicycles'
const promotion = encodeAccessEvent({
  ...{ id: 'e', at: 1_795_420_800_000, author: 'Ada', account: 'a', address: '192.0.2.7', action: 'user-changed' },
  ...{ target: 'user bob@example.org', before: { role: 'viewer' }, after: { role: 'admin' } },
})

describe('accounts in a browser', { skip }, () => {
  let build: Build
  let browser: Browser
  let api: ApiUnderTest
  let url: string
  let auditDir: string
  before(async () => {
    build = await buildPages()
    browser = await launchBrowser()
    auditDir = await mkdtemp(join(tmpdir(), 'audit-page-'))
    {
      await using desk = await openDesk(auditDir)
      await desk.append({ journal: '00000000000000aa', record: 1, bytes: promotion })
    }
    const auditLog = openAuditLog(auditDir)
    api = await apiUnderTest({ distDir: build.dir, layout: layoutOf(['A-1', 'A-2']), auditLog })
    url = await api.listen()
  })
  after(async () => {
    await browser?.close()
    await api?.[Symbol.asyncDispose]()
    await build?.[Symbol.asyncDispose]()
    if (auditDir) await rm(auditDir, { recursive: true })
  })
  const open = (path: string, look?: Look): Promise<Opened> => openPage(browser, { url }, path, look)
  async function signIn(opened: Opened, email: string) {
    await opened.page.goto(`${url}/signin`)
    await opened.page.fill('#email', email)
    await opened.page.fill('#password', password)
    await opened.page.click('button:has-text("Sign in")')
    await opened.page.waitForURL(/\/desk/)
  }

  test('the setup link makes an administrator, who invites a person, who signs in, may only look, and signs out', async () => {
    const secret = await api.keyring.createSetupLink()
    await using admin = await open(`/setup?key=${secret}`)
    const { page } = admin
    await page.fill('#name', 'Ada')
    await page.fill('#email', 'ada@example.org')
    await page.fill('#password', password)
    await page.click('button[type=submit]')
    await page.waitForURL(/\/desk/)
    await page.goto(`${url}/desk/users`)
    const invitation = page.getByRole('form', { name: 'Invite a person' })
    await invitation.getByLabel('Name').fill('Bob')
    await invitation.getByLabel('E-mail').fill('bob@example.org')
    await invitation.getByRole('button', { name: 'Invite' }).click()
    await shows(page, '[role=status]', /Link for Bob: it sets a password, once/)
    const link = (await page.locator('.access-secret').textContent()) as string
    await isClean(admin, 'users')

    const context = await browser.newContext()
    const other = await context.newPage()
    await other.goto(link)
    await other.fill('#password', password)
    await other.click('button[type=submit]')
    await other.waitForURL(/\/desk/)
    await other.goto(`${url}/desk/users`)
    await shows(other, 'main', /Only an administrator of all sites sees this page/)
    assert.equal(await other.locator('a[href="/desk/users"]').count(), 0)
    await other.goto(`${url}/desk/account`)
    await shows(other, 'main', /Sessions.*this one/)

    await page.getByLabel('Role of Bob').selectOption('operator')
    await page.waitForFunction(
      () => document.querySelector<HTMLSelectElement>('select[aria-label="Role of Bob"]')?.value === 'operator',
    )
    assert.equal(api.accounts.people.byEmail('bob@example.org')?.role, 'operator')
    await other.locator('.rail').getByRole('button', { name: 'Sign out' }).click()
    await other.waitForURL(`${url}/`)
    await other.goto(`${url}/desk`)
    await shows(other, 'main', /Sign in to the desk/)
    await context.close()
  })

  test('a key is made with its scopes and sites, shown once, and revoked', async () => {
    await using opened = await open('/')
    await signIn(opened, 'ada@example.org')
    const { page } = opened
    await page.goto(`${url}/desk/keys`)
    const form = page.getByRole('form', { name: 'Make a key' })
    await form.getByLabel('Name').fill('board')
    await form.getByLabel('Sites').fill('south')
    await form.getByRole('button', { name: 'Make it' }).click()
    await shows(page, '[role=status]', /Secret of board: copy it now/)
    const token = (await page.locator('.access-secret').textContent()) as string
    assert.deepEqual(api.keyring.apiKey(token), { name: 'board', scopes: ['read'], sites: ['south'] })
    await shows(page, 'table', /API key.*board.*read.*south.*never/)
    await isClean(opened, 'keys')
    await page.getByRole('button', { name: 'Revoke board' }).click()
    await page.getByRole('button', { name: 'Revoke board for good' }).click()
    await page.waitForFunction(() => !document.querySelector('table')?.textContent?.includes('board'))
    assert.equal(api.keyring.apiKey(token), undefined)
  })

  test('an app for codes is set up by its key, and the next sign-in asks for a code', async () => {
    await using opened = await open('/')
    await signIn(opened, 'ada@example.org')
    const { page } = opened
    await page.goto(`${url}/desk/account`)
    const panel = page.getByRole('region', { name: 'Second factor' })
    await panel.getByRole('button', { name: 'Set up an app for codes' }).click()
    const form = page.getByRole('form', { name: 'Set up an app for codes' })
    await form.getByLabel('Password now').fill(password)
    await form.getByRole('button', { name: 'Set up an app for codes' }).click()
    await shows(page, 'main', /Scan this picture/)
    await isClean(opened, 'second factor')
    const secret = ((await panel.locator('p code').textContent()) as string).replaceAll(' ', '')
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    await page.getByRole('form', { name: 'Confirm' }).getByLabel('Code').fill(app.generate())
    await page.getByRole('button', { name: 'Confirm' }).click()
    await shows(page, '[role=status]', /Recovery codes: each signs you in once/)
    const [code] = ((await page.locator('.access-codes').textContent()) as string).split('\n')
    await opened.page.context().clearCookies()
    await page.goto(`${url}/signin`)
    await page.fill('#email', 'ada@example.org')
    await page.fill('#password', password)
    await page.click('button:has-text("Sign in")')
    await shows(page, 'main', /Enter the six digits/)
    await isClean(opened, 'code')
    await page.fill('#code', code as string)
    await page.click('button:has-text("Sign in")')
    await page.waitForURL(/\/desk/)
    const { factors, people } = api.accounts
    factors.remove(people.byEmail('ada@example.org') as Person, { name: 'test', address: '' })
  })

  test('a passkey is added by name, signs in without a name, and is removed', async () => {
    const local = url.replace('127.0.0.1', 'localhost')
    await using opened = await openPage(browser, { url: local }, '/signin')
    const { page } = opened
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await page.fill('#email', 'ada@example.org')
    await page.fill('#password', password)
    await page.click('button:has-text("Sign in"):not(:has-text("passkey"))')
    await page.waitForURL(/\/desk/)
    await page.goto(`${local}/desk/account`)
    const form = page.getByRole('form', { name: 'Add a passkey' })
    await form.getByLabel('Name of the device').fill('Phone')
    await form.getByLabel('Password now').fill(password)
    await form.getByRole('button').click()
    await shows(page, 'main', /Passkeys.*Phone.*never/)
    await isClean(opened, 'passkeys')

    await page.context().clearCookies()
    await page.goto(`${local}/signin`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(/\/desk/)
    const person = api.accounts.people.byEmail('ada@example.org') as Person
    const [session] = api.accounts.sessions.ofPerson(person.id)
    assert.equal(session?.isStrong, true)

    // A finger that is not the owner's.
    await page.context().clearCookies()
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await page.goto(`${local}/signin`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await shows(page, '#passkey', /The browser made no use of a passkey|is not known here/)
    assert.deepEqual(await page.context().cookies(), [])

    // A key of a person who has removed it here.
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    const [key] = api.accounts.passkeys.ofPerson(person.id)
    assert.ok(api.accounts.passkeys.remove(person, key?.id as string, { name: 'test', address: '' }))
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await shows(page, '#passkey', /This passkey is not known here/)
  })

  test('the pages fit a phone in German and dark, and break no rule', async () => {
    const look = { colorScheme: 'dark', viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } as const
    await using opened = await open('/signin', look)
    await isClean(opened, 'sign-in')
    await signIn(opened, 'ada@example.org')
    for (const [path, text] of [
      ['account', /Sitzungen.*Passwort ändern/],
      ['users', /Jemanden einladen/],
      ['keys', /Schlüssel anlegen/],
      ['audit', /So, wie es geschrieben wurde. Geprüfte Änderungen: 1.*Benutzer geändert.*viewer.*admin/],
    ] as const) {
      await opened.page.goto(`${url}/desk/${path}?lang=de`)
      await shows(opened.page, 'main', text)
      await isClean(opened, path)
      const wide = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(wide <= 0, `${path} is ${wide} px too wide`)
    }
  })
})
