import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { NotedEvent } from './access-events.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { hashPassword, isPassword, passwordFault } from './password.ts'
import type { NewPerson } from './people.ts'

const by = { name: 'test', address: '10.0.0.1' }
const password = 'seven green bicycles'
const ada: NewPerson = { name: 'Ada', email: 'ada@example.org', role: 'admin', sites: undefined }
const from = { address: '10.0.0.1', agent: 'browser' }
const noKeys = { apiKeyOfHash: () => undefined }

test('a stored password is right for itself alone, and for no account no password is', async () => {
  const stored = await hashPassword(password)
  assert.match(stored, /^argon2id\$19456\$2\$[\w-]{22}\$[\w-]{43}$/)
  assert.notEqual(stored, await hashPassword(password))
  assert.equal(await isPassword(password, stored), true)
  for (const wrong of ['', `${password} `, password.toUpperCase()]) assert.equal(await isPassword(wrong, stored), false)
  assert.equal(await isPassword('', undefined), false)
  for (const damaged of ['', 'argon2id$19456$2$$', `md5$19456$2$AAAAAAAAAAAAAAAAAAAAAA$${stored.split('$')[4]}`])
    assert.equal(await isPassword(password, damaged).catch(() => false), false, damaged)
  // The same letters, composed and not.
  assert.equal(await isPassword('Gar\u0065\u0301 du Nord 12', await hashPassword('Gar\u00e9 du Nord 12')), true)
})

test('a new password is long, not common, does not repeat or count, and is not the name', () => {
  const who = { name: 'Ada Lovelace', email: 'ada.lovelace@example.org' }
  const faults = (passwords: readonly string[]) => passwords.map((one) => passwordFault(one, who))
  assert.deepEqual(faults(['', 'elevenchars']), ['short', 'short'])
  assert.deepEqual(faults(['x'.repeat(257)]), ['long'])
  for (const simple of ['aaaaaaaaaaaa', '123456789012', '210987654321', 'abcabcabcabc', 'qwertyuiopas', 'abcdabcdabcd'])
    assert.equal(passwordFault(simple, who), 'simple', simple)
  for (const common of ['1qaz2wsx3edc', 'Q1W2E3R4T5Y6', 'sonyericsson', 'administrator'])
    assert.equal(passwordFault(common, who), 'simple', common)
  for (const own of ['adalovelace1', 'Ada.Lovelace!', 'ada.lovelace@example.org', 'baykeeper123', 'Password1234'])
    assert.equal(passwordFault(own, who), 'personal', own)
  for (const good of [password, 'correct horse battery', 'xK9#mQ2$vL5z', 'ada likes green tea'])
    assert.equal(passwordFault(good, who), undefined, good)
})

describe('accounts', () => {
  let dir: string
  let opened: Accounts[]
  let now: number
  const clock: Clock = { ...systemClock, now: () => instant(now) }
  const open = () => {
    const accounts = openAccounts(dir, clock)
    opened.push(accounts)
    return accounts
  }
  async function until(condition: () => boolean) {
    for (const end = Date.now() + 3_000; !condition(); await systemClock.sleep(20))
      assert.ok(Date.now() < end, 'did not happen in time')
  }
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'accounts-'))
    opened = []
    now = 1_795_420_800_000
  })
  afterEach(async () => {
    for (const accounts of opened) accounts[Symbol.dispose]()
    await rm(dir, { recursive: true })
  })

  test('no file of the accounts is open to others, and none holds a password, a cookie or the secret of a link', async () => {
    const { people, sessions } = open()
    const { id } = people.add(ada, by)
    await people.setPassword(id, password, by)
    const secrets = [password, people.createLink(id, by), sessions.open({ person: id, ...from })]
    for (const name of await readdir(dir)) {
      assert.equal((await stat(path.join(dir, name))).mode & 0o077, 0, name)
      const content = await readFile(path.join(dir, name))
      for (const secret of secrets) assert.ok(!content.includes(secret), name)
    }
  })

  test('a person signs in with the own password, in any case of the address, and not once disabled', async () => {
    const { people } = open()
    people.add({ ...ada, email: 'second@example.org' }, by)
    const { id } = people.add(ada, by)
    assert.equal(await people.withPassword(ada.email, ''), undefined)
    await people.setPassword(id, password, by)
    assert.equal((await people.withPassword(' ADA@example.org', password))?.id, id)
    assert.equal(await people.withPassword(ada.email, 'another one altogether'), undefined)
    assert.equal(await people.withPassword('eve@example.org', password), undefined)
    people.change(id, { isDisabled: true }, by)
    assert.equal(await people.withPassword(ada.email, password), undefined)
  })

  test('a link sets the password once, within three days, and ends with a newer one', async () => {
    const { people } = open()
    const { id } = people.add(ada, by)
    const old = people.createLink(id, by)
    const link = people.createLink(id, by)
    assert.deepEqual([people.ofLink(old), people.ofLink('')], [undefined, undefined])
    const won = await Promise.all([1, 2, 3].map((n) => people.useLink(link, `${password} ${n}`, by)))
    assert.equal(won.filter(Boolean).length, 1)
    const late = people.createLink(id, by)
    now += 3 * 86_400_000
    assert.equal(await people.useLink(late, password, by), undefined)
  })

  test('a session ends: after its days, unused, signed out, with the password, with the account', async () => {
    const accounts = open()
    const { people, sessions } = accounts
    people.add({ ...ada, email: 'second@example.org' }, by)
    const { id } = people.add(ada, by)
    const begin = () => sessions.open({ person: id, ...from })
    const isOpen = (cookie: string) => accounts.ofCookie(cookie, noKeys) !== undefined
    const unused = begin()
    now += 7 * 86_400_000
    assert.equal(isOpen(unused), false)
    const used = begin()
    for (let day = 1; day < 30; day++) {
      now += 86_400_000
      assert.equal(isOpen(used), true, `day ${day}`)
    }
    now += 86_400_000
    assert.equal(isOpen(used), false)
    const [first, second] = [begin(), begin()]
    const { hash } = sessions.find(second) ?? {}
    sessions.endHash(sessions.find(first)?.hash as string)
    assert.deepEqual([isOpen(first), isOpen(second)], [false, true])
    const third = begin()
    await people.setPassword(id, password, by, hash)
    assert.deepEqual([isOpen(second), isOpen(third)], [true, false])
    people.change(id, { isDisabled: true }, by)
    assert.equal(isOpen(second), false)
    people.change(id, { isDisabled: false }, by)
    assert.equal(isOpen(second), false)
    for (const wrong of ['', 'x', `${second}x`, 'x'.repeat(5_000)]) assert.equal(isOpen(wrong), false)
  })

  test('what a command changes counts in the server within a second, its sessions and roles too', async () => {
    const server = open()
    const command = open()
    const { id } = command.people.add(ada, by)
    command.people.add({ ...ada, email: 'second@example.org' }, by)
    await until(() => server.people.byId(id) !== undefined)
    const cookie = server.sessions.open({ person: id, ...from })
    command.people.change(id, { role: 'viewer', sites: ['south'] }, by)
    await until(() => server.ofCookie(cookie, noKeys)?.principal.role === 'viewer')
    assert.deepEqual(server.ofCookie(cookie, noKeys)?.principal.sites, ['south'])
    command.people.change(id, { isDisabled: true }, by)
    await until(() => server.ofCookie(cookie, noKeys) === undefined)
  })

  test('the last administrator stays one, and an address is of one account', () => {
    const { people } = open()
    const { id } = people.add(ada, by)
    for (const change of [{ role: 'viewer' }, { isDisabled: true }] as const)
      assert.throws(() => people.change(id, change, by), { code: 'E_LAST_ADMIN' })
    assert.throws(() => people.add({ ...ada, email: 'ADA@example.org' }, by), { code: 'E_PERSON_EXISTS' })
    assert.throws(() => people.change('unknown', { role: 'viewer' }, by), { code: 'E_PERSON_UNKNOWN' })
    people.add({ ...ada, email: 'second@example.org' }, by)
    assert.equal(people.change(id, { role: 'viewer' }, by).role, 'viewer')
  })

  test('each change is noted with it, with before and after, and published in order once', async () => {
    const accounts = open()
    const { id } = accounts.people.add(ada, by)
    accounts.people.add({ ...ada, email: 'second@example.org' }, by)
    accounts.people.change(id, { role: 'planner' }, by)
    assert.throws(() => accounts.people.add(ada, by))
    const published: NotedEvent[] = []
    let fails = true
    const publish = async (event: NotedEvent) => {
      if (published.length === 1 && fails) throw new Error('the journal is away')
      published.push(event)
    }
    await assert.rejects(accounts.publishEvents(publish))
    fails = false
    await Promise.all([accounts.publishEvents(publish), accounts.publishEvents(publish)])
    assert.deepEqual(
      published.map(({ action, target, by: { address } }) => [action, target, address]),
      [
        ['user-added', 'user ada@example.org', '10.0.0.1'],
        ['user-added', 'user second@example.org', '10.0.0.1'],
        ['user-changed', 'user ada@example.org', '10.0.0.1'],
      ],
    )
    const { before, after } = published[2] as NotedEvent
    assert.deepEqual([(before as NewPerson).role, (after as NewPerson).role], ['admin', 'planner'])
    assert.doesNotMatch(JSON.stringify(published), /argon2/)
  })
})
