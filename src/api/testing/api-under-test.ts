/** The API on a real store in its own directory, for tests: filled through `commit` as processing does it. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyInstance } from 'fastify'
import { type Accounts, openAccounts } from '../../auth/accounts.ts'
import { type Keyring, openKeyring } from '../../auth/keyring.ts'
import { decodeDeskEntry } from '../../domain/desk-change.ts'
import { deskRequestOf } from '../../domain/desk-request.ts'
import type { DeviceState } from '../../domain/device.ts'
import { newDevice } from '../../domain/fold.ts'
import { type Layout, plainBay } from '../../domain/layout.ts'
import { decodePublication } from '../../domain/layout-publication.ts'
import { noMeasures } from '../../domain/measures.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { layoutFromStored } from '../../domain/stored-layout.ts'
import { layoutOnWire } from '../../layout/layout-wire.ts'
import { instant } from '../../lib/brand.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { unpackJson } from '../../lib/packed-json.ts'
import { createCodecBook } from '../../processing/codec-book.ts'
import { createScriptCheck } from '../../scripts/script-check.ts'
import { openStore } from '../../store/engine/open.ts'
import type { ReadingRow, Store } from '../../store/store.ts'
import { change } from '../../store/table.ts'
import { deskRequest } from '../../store/tables/desk-request.ts'
import { aBatch, type BatchSample, placeLayout } from '../../store/testing/store-samples.ts'
import type { ApiDeps, Publisher } from '../context.ts'
import { createApi } from '../server.ts'
import type { SystemStatus } from '../status.ts'
import { baysInStore } from './bays-under-test.ts'

export const apiKey = 'key-of-the-tests-0123456789'
export const bearer = { authorization: `Bearer ${apiKey}` }

export interface ApiUnderTest extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly store: Store
  readonly keyring: Keyring
  readonly accounts: Accounts
  /** Writes devices, readings or dead letters as one batch of the journal. */
  commit(batch: BatchSample): Promise<number>
  /** Listens on a free port and returns the base URL. */
  listen(): Promise<string>
}

export const statusOk: SystemStatus = {
  version: '0.1.0',
  startedAt: 1_795_420_800_000,
  ready: { intake: true, processor: true },
  pipeline: 'ok',
  sources: [{ name: 'gate', kind: 'http', state: 'up', detail: 'listening', received: 3, accepted: 2, refused: 1 }],
}

export interface UnderTestOptions extends Partial<Omit<ApiDeps, 'store'>> {
  /** Stands between the API and the real store. */
  readonly around?: (store: Store) => Store
  readonly aroundPublisher?: (publisher: Publisher) => Publisher
  readonly log?: Log
  /** Default: a SQLite file of its own. */
  readonly storeUrl?: string
  /** Stored before the API starts. */
  readonly layout?: Layout
}

/** Its threads keep no process alive. */
const scripts = createScriptCheck()

export async function apiUnderTest({
  around,
  aroundPublisher = (publisher) => publisher,
  layout,
  storeUrl,
  ...deps
}: UnderTestOptions = {}): Promise<ApiUnderTest> {
  const dir = await mkdtemp(join(tmpdir(), 'api-'))
  const clock: Clock = deps.clock ?? systemClock
  const store = await openStore(storeUrl ?? `sqlite:${join(dir, 'store.sqlite')}`, { log: silentLog, clock })
  await store.migrate()
  if (layout) await placeLayout(store, layout, { created: clock.now() })
  const keyring = await openKeyring(dir, { BAYKEEPER_API_KEY: apiKey }, { clock })
  const accounts = openAccounts(dir, clock)
  const app = await createApi({
    publisher: aroundPublisher(committing(store)),
    store: around?.(store) ?? store,
    keyring,
    accounts,
    status: () => statusOk,
    clock,
    log: silentLog,
    simulated: () => false,
    hosts: [],
    distDir: join(dir, 'no-dist'),
    scripts,
    ...deps,
  })
  let position = (await store.cursor('test')).position
  return {
    app,
    store,
    keyring,
    accounts,
    async commit(batch) {
      const history = batch.devices && { history: await baysInStore(store, { devices: [...batch.devices] }) }
      const key = { journal: 'test', from: position, to: position + 1, fence: 0 }
      await store.commit(aBatch({ ...key, ...history, ...batch }))
      position++
      return position
    },
    async listen() {
      await app.ready()
      await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      accounts[Symbol.dispose]()
      keyring[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    },
  }
}

/** Journals nothing: commits the layout or the override as processing would. */
function committing(store: Store): Publisher {
  const journal = 'layouts of the API'
  return {
    async publish(record) {
      const { position, fence } = await store.cursor(journal)
      const request = deskRequestOf(record)
      const isRepeated = request && (await store.deskRequestsNamed([request.request])).length > 0
      const noted = request && !isRepeated ? [change(deskRequest, [{ ...request, journal, record: position + 1 }])] : []
      const key = { journal, from: position, to: position + 1, fence, changes: noted }
      if (isRepeated) {
        await store.commit(aBatch(key))
        return { journal, record: position + 1 }
      }
      const desk = decodeDeskEntry(record)
      const publication = decodePublication(record)
      if (desk) {
        const codecs = createCodecBook(await store.codecs())
        codecs.apply(desk)
        const changes = [...noted, ...codecs.take()]
        const history = await baysInStore(store, { desk }, position + 1)
        await store.commit(aBatch({ ...key, changes, history }))
      } else {
        assert.ok(publication)
        const { at: created, base: _base, ...given } = publication
        const row = { ...given, created, record: position + 1, version: ((await store.layoutVersion()) ?? 0) + 1 }
        const published = layoutFromStored(unpackJson(row.packed))
        const history = await baysInStore(store, { layout: published })
        await store.commit(aBatch({ ...key, history, layouts: [row] }))
      }
      return { journal, record: position + 1 }
    },
  }
}

/** Headers of a browser in which a person of this role has signed in. */
export function signedIn(
  { accounts }: Pick<ApiUnderTest, 'accounts'>,
  role: Role = 'admin',
  sites?: readonly string[],
): { readonly cookie: string; readonly 'sec-fetch-site': string } {
  const by = { name: 'test', address: '' }
  const email = `${role}${sites ? `-${sites.join('-')}` : ''}@example.org`
  const person = accounts.people.byEmail(email) ?? accounts.people.add({ name: `Ada ${role}`, email, role, sites }, by)
  const session = accounts.sessions.open({ person: person.id, address: '127.0.0.1', agent: 'test' })
  return { cookie: `baykeeper_session=${session}`, 'sec-fetch-site': 'same-origin' }
}

export function deviceState(id: number, external: string, more: Partial<DeviceState> = {}): DeviceState {
  const now = instant(Date.now())
  return {
    ...newDevice(id, 'gate', external as DeviceId, now),
    occupied: false,
    since: now,
    lastTime: now,
    rev: 1,
    ...more,
  }
}

export const readingRow = (device: number, seq: number, more: Partial<ReadingRow> = {}): ReadingRow => ({
  pos: seq + 1,
  idx: 0,
  device,
  epoch: 0,
  seq,
  time: instant(1_795_420_800_000 + seq * 1_000),
  arrived: instant(1_795_420_800_500 + seq * 1_000),
  quality: 0,
  hash: seq,
  occupied: seq % 2 === 0,
  ...noMeasures,
  ...more,
})

export const layoutOf = (ids: readonly string[], name = 'South Garage'): Layout => ({
  name: 'Harbour City',
  bayW: 2.5,
  bayH: 5,
  sites: [
    {
      id: 'south',
      name,
      zone: 'Europe/Berlin',
      levels: [
        {
          id: 'l0',
          name: 'Ground',
          x: 0,
          y: 0,
          w: 100,
          h: 50,
          zones: [{ id: 'z', name: 'Zone' }],
          bays: ids.map((id, i) => plainBay(id, { x: i * 2.5, y: 0 }, i === 0 ? { zones: ['z'] } : {})),
        },
      ],
    },
  ],
})

/** As it is written to the API. */
export const layoutDocument = (ids: readonly string[]) => layoutOnWire(layoutOf(ids))

export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !(await condition()); ) {
    if (Date.now() > end) throw new Error('did not happen in time')
    await systemClock.sleep(20)
  }
}

/** The store with some of its methods replaced. */
export const storeWith = (store: Store, methods: Partial<Store>): Store => Object.assign(Object.create(store), methods)
