/** The audit log over the API, on a journal on disk as intake writes it. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AuditChainReport, AuditLogPage } from '@baykeeper/contract/audit-log.ts'
import { openAuditLog } from '../audit/audit-log.ts'
import { encodeAccessEvent } from '../domain/access-event.ts'
import { auditEntryOf } from '../domain/audit-entry.ts'
import { withActor } from '../domain/desk-actor.ts'
import { type DeskChange, encodeDeskEntry } from '../domain/desk-change.ts'
import { openDesk } from '../journal/segment-journal.ts'
import { instant } from '../lib/brand.ts'
import { apiUnderTest, bearer, layoutOf, signedIn } from './testing/api-under-test.ts'

const start = Date.parse('2026-11-23T08:00:00Z')
const minute = 60_000

const access = (at: number, target: string, before: unknown, after: unknown) =>
  encodeAccessEvent({
    ...{ id: `e-${at}`, at, author: 'Ada', account: 'a-1', address: '192.0.2.7', action: 'user-changed' },
    ...{ target, before, after },
  })
const changed = (at: number, change: DeskChange, author = 'Zoë', reason = '') =>
  withActor(encodeDeskEntry({ author, reason, at: instant(at), change }), {
    account: 'person:z-1',
    address: '10.0.0.9',
  })
const mode = (is: 'full' | 'closed'): DeskChange => ({ is: 'sign-mode', id: 'gate', mode: is, until: null })

async function withLog(records: readonly Uint8Array[], run: (asked: Asked) => Promise<void>) {
  const dir = await mkdtemp(join(tmpdir(), 'audit-log-'))
  try {
    {
      await using desk = await openDesk(dir)
      for (const [i, bytes] of records.entries())
        await desk.append({ journal: '00000000000000aa', record: i + 1, bytes })
    }
    await using api = await apiUnderTest({ layout: layoutOf(['A-1', 'A-2']), auditLog: openAuditLog(dir) })
    const headers = signedIn(api)
    const get = (path: string) => api.app.inject({ url: `/api/v1/audit${path}`, headers })
    await run({ api, get, page: async (query = '') => (await get(query)).json<AuditLogPage>(), dir })
  } finally {
    await rm(dir, { recursive: true })
  }
}
interface Asked {
  readonly dir: string
  readonly api: Awaited<ReturnType<typeof apiUnderTest>>
  get(path: string): Promise<{ statusCode: number; body: string; json<T>(): T }>
  page(query?: string): Promise<AuditLogPage>
}

const history = [
  access(start, 'user bob@example.org', { role: 'viewer' }, { role: 'admin' }),
  changed(start + minute, mode('full')),
  changed(start + 2 * minute, { is: 'override', id: 'o', bays: ['A-1'], state: 'closed', until: null }, 'Bob', 'works'),
  changed(start + 3 * minute, mode('closed'), 'Bob'),
]

test('it has who did what to what, from where, before and after, the newest first', async () => {
  await withLog(history, async ({ page }) => {
    const { items, next } = await page()
    assert.equal(next, null)
    assert.deepEqual(
      items.map(({ author, address, action, object, sites, before, before_known: known, after }) => ({
        ...{ author, address, action, object, sites, before, known, after },
      })),
      [
        {
          ...{ author: 'Bob', address: '10.0.0.9', action: 'sign-mode', object: 'sign gate', sites: [], known: true },
          ...{ before: { id: 'gate', mode: 'full', until: null }, after: { id: 'gate', mode: 'closed', until: null } },
        },
        {
          ...{
            author: 'Bob',
            address: '10.0.0.9',
            action: 'override',
            object: 'bay A-1',
            sites: ['south'],
            known: true,
          },
          ...{ before: null, after: { id: 'o', bays: ['A-1'], state: 'closed', until: null } },
        },
        {
          ...{ author: 'Zoë', address: '10.0.0.9', action: 'sign-mode', object: 'sign gate', sites: [], known: true },
          ...{ before: null, after: { id: 'gate', mode: 'full', until: null } },
        },
        {
          ...{ author: 'Ada', address: '192.0.2.7', action: 'user-changed', object: 'user bob@example.org', sites: [] },
          ...{ before: { role: 'viewer' }, known: true, after: { role: 'admin' } },
        },
      ],
    )
  })
})

test('filters by person, action, object, time and site, and pages by cursor', async () => {
  await withLog(history, async ({ page, get }) => {
    const numbers = async (query: string) => (await page(query)).items.map(({ number }) => number)
    assert.deepEqual(await numbers('?who=bob'), [7, 5])
    assert.deepEqual(await numbers('?action=sign-mode'), [7, 3])
    assert.deepEqual(await numbers('?object=GATE&who=person:z-1'), [7, 3])
    assert.deepEqual(await numbers('?site=south'), [5])
    assert.deepEqual(await numbers(`?from=${at(1)}&to=${at(3)}`), [5, 3])
    const found: number[] = []
    let cursor = ''
    for (let pages = 0; pages < 4; pages++) {
      const { items, next } = await page(`?limit=1${cursor}`)
      found.push(...items.map(({ number }) => number))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    assert.deepEqual(found, [7, 5, 3, 1])
    assert.equal((await get('?cursor=-1')).statusCode, 400)
    assert.equal((await get('?who=a&fly=1')).statusCode, 400)
  })
})
const at = (minutes: number) => new Date(start + minutes * minute).toISOString()

test('the end of a page knows what was before its changes, though that is on a later page', async () => {
  await withLog(history, async ({ page }) => {
    const [newest] = (await page('?limit=1')).items
    assert.deepEqual(newest?.before, { id: 'gate', mode: 'full', until: null })
  })
})

test('a request looks at a bounded number of records, and reports how far it came', async () => {
  const many = Array.from({ length: 5_200 }, (_, i) => changed(start + i, mode('full'), i === 0 ? 'Eve' : 'Zoë'))
  async function* backwards(before = Number.POSITIVE_INFINITY) {
    for (let number = Math.min(many.length, before - 1); number > 0; number--)
      yield { number, place: undefined, entry: auditEntryOf(many[number - 1] as Uint8Array) }
  }
  await using api = await apiUnderTest({ auditLog: { backwards, verify: () => Promise.reject(new Error('no')) } })
  const get = async (query: string) =>
    (await api.app.inject({ url: `/api/v1/audit${query}`, headers: signedIn(api) })).json<AuditLogPage>()
  const first = await get('?who=eve')
  assert.deepEqual([first.items.length, first.searched_to], [0, new Date(start + 200).toISOString()])
  const second = await get(`?who=eve&cursor=${first.next}`)
  assert.deepEqual([second.items.length, second.next], [1, null])
})

test('the export has every entry that is asked for, and no cell that a spreadsheet runs', async () => {
  const evil = changed(start + 4 * minute, mode('full'), '=cmd()')
  await withLog([...history, evil], async ({ get }) => {
    const lines = (await get('/export')).body.trimEnd().split('\r\n')
    assert.equal(lines.length, 6)
    assert.match(lines[1] as string, /'=cmd\(\)/)
    assert.equal((await get('/export?who=bob')).body.trimEnd().split('\r\n').length, 3)
  })
})

test('a log that is whole is reported as such, and a head of another log is not found', async () => {
  await withLog(history, async ({ get }) => {
    const report = (await get('/chain')).json<AuditChainReport>()
    assert.deepEqual([report.ok, report.changes, report.broken, report.head_found], [true, 4, [], null])
    const again = (await get(`/chain?head=${report.head}`)).json<AuditChainReport>()
    assert.deepEqual([again.ok, again.head_found], [true, true])
    const other = (await get(`/chain?head=${'0'.repeat(64)}`)).json<AuditChainReport>()
    assert.deepEqual([other.ok, other.head_found], [false, false])
  })
})

test('a record that is forged is found', async () => {
  await withLog(history, async ({ dir, get }) => {
    const files = (await readdir(dir)).map((name) => join(dir, name))
    const contents = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })))
    const held = contents.find(({ bytes }) => bytes.includes('"admin"'))
    assert.ok(held)
    held.bytes.write('"owner"', held.bytes.indexOf('"admin"'))
    await writeFile(held.file, held.bytes)
    const { ok, broken } = (await get('/chain')).json<AuditChainReport>()
    assert.deepEqual([ok, broken.length], [false, 1])
  })
})

test('it is for administrators of all sites, and for keys of the scope admin', async () => {
  await withLog(history, async ({ api }) => {
    const reader = await api.keyring.createToken({
      name: 'r',
      kind: 'api',
      scopes: ['read', 'operate', 'layout', 'devices'],
    })
    for (const path of ['', '/export', '/chain'])
      for (const [headers, status] of [
        [{ authorization: `Bearer ${reader}` }, 403],
        [signedIn(api, 'engineer'), 403],
        [signedIn(api, 'admin', ['south']), 403],
        [{}, 401],
        [bearer, 200],
        [signedIn(api), 200],
      ] as const)
        assert.equal((await api.app.inject({ url: `/api/v1/audit${path}`, headers })).statusCode, status, path)
  })
})
