/**
 * The database goes away again and again while alerts are raised, cleared and notified: each event must reach each receiver, under one key and in
 * its order. What must be sent is known from the same journal followed in memory without a fault.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { usualNotifiedEvents } from '@baykeeper/contract/notifications.ts'
import { noChannel } from '../../src/domain/alerts/alert-rows.ts'
import { type Random, upTo } from '../../src/journal/testing/seeded-random.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startNotifier } from '../../src/notify/notifier.ts'
import { notificationsSchema } from '../../src/notify/settings.ts'
import { storedFeed } from '../../src/notify/stored-feed.ts'
import { httpReceiver } from '../../src/notify/testing/http-receiver.ts'
import type { DatabaseServer } from '../../src/store/testing/mariadb-fixture.ts'
import type { ServerKind } from '../../src/store/testing/server-programs.ts'
import { alertStory } from './alert-story.ts'
import type { FaultRow } from './fault-row.ts'
import { calmStore, follow, keptJournal, until } from './following.ts'
import { type ReceiverBook, receiverBook, type SentEvent } from './receiver-book.ts'
import { databaseBehindProxy, onServer, prepared } from './store-rows.ts'

const records = 120
const outagesEach = 3
const drainMsMax = 60_000
/** The rate limit has tests of its own. */
const rate = { messages: 10_000, minutes: 1 }

const nameOf = ({ alert, event, at }: SentEvent) => `${alert} ${event} ${at}`

export const outageRows: readonly FaultRow[] = (
  [
    { kind: 'mariadb', title: 'database' },
    { kind: 'mysql', title: 'MySQL' },
  ] as const
).map(({ kind, title }) => outageRow(kind, title))

function outageRow(kind: ServerKind, title: string): FaultRow {
  return {
    name: `${title}: away while alerts are notified`,
    full: 30,
    long: 500,
    unit: 'outages',
    passesWhen: 'each event reaches each receiver, under one key only, and those of an alert in their order',
    run: (options) => onServer(kind, options, outagesEach, round),
  }
}

async function round(server: DatabaseServer, random: Random, seed: number): Promise<string | undefined> {
  const story = alertStory(seed, records, Date.now())
  const wanted = await wantedEvents(story)
  await using place = await databaseBehindProxy(server, 'auto')
  const through = new URL(place.url)
  through.port = String(place.proxy.port)
  const dataDir = await mkdtemp(path.join(tmpdir(), 'baykeeper-outage-'))
  const books = [receiverBook(random, nameOf), receiverBook(random, nameOf)]
  try {
    await using first = await httpReceiver(books[0]?.behaviour)
    await using second = await httpReceiver(books[1]?.behaviour)
    await using store = await prepared(through.href)
    const hook = (url: string) => ({ kind: 'webhook', url, timeoutSeconds: 1, concurrency: 4, rate, severity: 'info' })
    await using notifier = startNotifier({
      settings: notificationsSchema.parse({
        ...{ channels: { a: hook(first.url), b: hook(second.url) }, allowAddresses: ['127.0.0.0/8'] },
      }),
      ...{ dataDir, log: silentLog, feed: storedFeed(store), backoff: { firstMs: 100, capMs: 400 } },
    })
    await until('notifier that follows', () => notifier.report().state === 'running')
    const journal = await keptJournal()
    await using following = follow(journal, place.store)
    const feeding = feed(journal, story, random)
    for (let outage = 0; outage < outagesEach; outage++) {
      await systemClock.sleep(100 + random() * 400)
      await strike(server, random)
    }
    await feeding
    await following.drained()
    const isDone = () => books.every(({ accepted }) => wanted.every((name) => accepted.has(name)))
    for (const end = performance.now() + drainMsMax; !isDone() && performance.now() < end; ) await systemClock.sleep(20)
    return faultIn(books, wanted)
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Those of the calm run, in their order. */
async function wantedEvents(story: ReturnType<typeof alertStory>): Promise<string[]> {
  const { store } = await calmStore(story)
  const sent = store.alerts().events.filter(({ channels, event }) => channels !== noChannel && isNotified(event))
  return sent.map(({ alert, event, at }) => nameOf({ alert, event, at: new Date(at).toISOString() }))
}
const isNotified = (event: string) => (usualNotifiedEvents as readonly string[]).includes(event)

/** Record after record: intake does not notice that the database is away. */
async function feed(
  journal: Awaited<ReturnType<typeof keptJournal>>,
  story: ReturnType<typeof alertStory>,
  random: Random,
) {
  for (const record of story) {
    await journal.append([record])
    await systemClock.sleep(random() * 40)
  }
}

async function strike(server: DatabaseServer, random: Random) {
  const awayMs = 100 + upTo(random, 1_500)
  if (random() < 0.7) {
    await server.kill()
    await systemClock.sleep(awayMs)
    await server.start()
  } else {
    await server.freeze()
    try {
      await systemClock.sleep(awayMs)
    } finally {
      server.resume()
    }
  }
}

function faultIn(books: readonly ReceiverBook[], wanted: readonly string[]): string | undefined {
  const faults = books.flatMap(({ accepted, keysByEvent }) => {
    const lost = wanted.filter((name) => !accepted.has(name))
    const twice = [...keysByEvent].filter(([, keys]) => keys.size > 1)
    const strange = [...keysByEvent.keys()].filter((name) => !wanted.includes(name))
    return [
      ...(lost.length > 0 ? [`${lost.length} of ${wanted.length} events lost: ${lost[0]}`] : []),
      ...(twice.length > 0 ? [`${twice.length} events under two keys: ${twice[0]?.[0]}`] : []),
      ...(strange.length > 0 ? [`${strange.length} events that should not be sent: ${strange[0]}`] : []),
      ...outOfOrder([...keysByEvent.keys()], wanted),
    ]
  })
  return faults.length > 0 ? faults.join('; ') : undefined
}

/** Of one alert: what came first before something that is earlier. */
function outOfOrder(came: readonly string[], wanted: readonly string[]): string[] {
  const place = new Map(wanted.map((name, i) => [name, i]))
  const newest = new Map<string, number>()
  for (const name of came) {
    const alert = name.split(' ', 1)[0] as string
    const at = place.get(name) ?? 0
    if (at < (newest.get(alert) ?? 0)) return [`out of order: ${name}`]
    newest.set(alert, at)
  }
  return []
}
