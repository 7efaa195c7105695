/** Waits over the API: sent again, and with the id of another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContactBook } from '../notify/contact-book.ts'
import { openUnlocked } from '../notify/notify-database.ts'
import type { NotifierPort } from './context.ts'
import { apiUnderTest, bearer, deviceState, layoutOf, until } from './testing/api-under-test.ts'

async function opened() {
  const db = openUnlocked(':memory:')
  const contacts = createContactBook(db)
  const notifier = {
    report: () => ({
      state: 'running',
      detail: '',
      items: [
        { name: 'mail', kind: 'email' },
        { name: 'hook', kind: 'webhook' },
      ],
    }),
    addContact: async ({ wait, address, until: end }: { wait: string; address: string; until: number }) =>
      contacts.add(wait, address, end),
    isContact: async (wait: string, address: string | null) => contacts.is(wait, address),
    removeContact: async (wait: string) => contacts.remove(wait),
  } as unknown as NotifierPort
  const api = await apiUnderTest({ layout: layoutOf(['A', 'B']), notifier })
  const content = { site: 'south', channel: 'mail', until: new Date(Date.now() + 3_600_000).toISOString() }
  return {
    ...{ api, contacts },
    async begin(more: object) {
      const payload = { ...content, ...more }
      const answer = await api.app.inject({ method: 'POST', url: '/api/v1/waits', headers: bearer, payload })
      return answer.statusCode
    },
    end: (id: string) => api.app.inject({ method: 'DELETE', url: `/api/v1/waits/${id}`, headers: bearer }),
    running: async () => (await api.store.waits()).map(({ id }) => id),
    known: (id: string) => until(async () => (await api.store.waitById(id)) !== undefined),
    met: async () =>
      (await api.store.alertEvents({ rev: 0, part: 0 }, 100)).filter(({ event }) => event === 'wait-met'),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      db.close()
    },
  }
}

test('a wait with the id of one that goes on is refused when its content is another, and changes no address', async () => {
  await using under = await opened()
  assert.equal(await under.begin({ id: 'w', address: 'ann@example.org' }), 202)
  await under.known('w')
  assert.equal(await under.begin({ id: 'w', address: 'eve@example.org' }), 409)
  assert.equal(await under.begin({ id: 'w' }), 409)
  assert.equal(await under.begin({ id: 'w', address: 'ann@example.org', zone: 'z' }), 409)
  assert.equal(under.contacts.of('w'), 'ann@example.org')
  assert.equal(await under.begin({ id: 'w', address: 'ann@example.org' }), 202)
  assert.equal(await under.begin({ id: 'plain' }), 202)
  await under.known('plain')
  assert.equal(await under.begin({ id: 'plain', address: 'eve@example.org' }), 409)
  assert.equal(under.contacts.of('plain'), undefined)
  assert.deepEqual(await under.running(), ['w', 'plain'])
})

test('of two requests at once with one id, one begins its wait and its address is the one that is kept', async () => {
  await using under = await opened()
  const addresses = ['ann@example.org', 'eve@example.org']
  const statuses = await Promise.all(addresses.map((address) => under.begin({ id: 'w', address })))
  assert.equal(statuses.filter((status) => status === 202).length, 1)
  assert.equal(under.contacts.of('w'), addresses[statuses.indexOf(202)])
})

test('a wait that is sent again after it was met or ended does nothing', async () => {
  await using under = await opened()
  const now = Date.now()
  await under.api.commit({ devices: [deviceState(1, 'A', { lastArrived: now as never, since: now as never })] })
  assert.equal(await under.begin({ id: 'w', address: 'ann@example.org' }), 202)
  await under.known('w')
  assert.equal((await under.met()).length, 1)
  under.contacts.remove('w')
  assert.equal(await under.begin({ id: 'w', address: 'ann@example.org' }), 202)
  assert.equal(await under.begin({ id: 'w', channel: 'mail', zone: 'z' }), 409)
  assert.equal((await under.met()).length, 1)
  assert.deepEqual([await under.running(), under.contacts.of('w')], [[], ''])
})

test('a person is not notified at an address of this machine or a private network', async () => {
  await using under = await opened()
  const hook = (address: string) => under.begin({ id: 'w', channel: 'hook', address })
  for (const host of ['10.0.0.1', '127.0.0.1', '0x7f.1', '[::1]', '[::ffff:192.168.0.1]', '169.254.169.254'])
    assert.equal(await hook(`https://${host}/w`), 400, host)
  assert.deepEqual([under.contacts.count, await under.running()], [0, []])
  assert.equal(await hook('https://93.184.216.34/w'), 202)
})

test('a wait for a bay of a type that is not there is refused with the types that are', async () => {
  await using under = await opened()
  assert.equal(await under.begin({ type: 'motorcycle' }), 404)
  assert.equal(await under.begin({ type: 'standard', zone: 'z' }), 202)
})
