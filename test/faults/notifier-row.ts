/**
 * kill -9 of the notifier at random moments under load, with receivers that refuse, reset, hang and are away. Each event must reach each
 * receiver, under one key.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventOf } from '../../src/notify/testing/feed-in-memory.ts'
import { httpReceiver } from '../../src/notify/testing/http-receiver.ts'
import type { FaultRow } from './fault-row.ts'
import { createRandom } from './random.ts'
import { type ReceiverBook, receiverBook } from './receiver-book.ts'

const alertsEach = 100
const steps = ['raised', 'acknowledged', 'cleared'] as const
type Step = (typeof steps)[number]
const killsEach = 25
/** A round takes about this long, and is not begun without it. */
const roundMsMin = 40_000
const drainMsMax = 60_000

interface Tally {
  kills: number
  events: number
  requests: number
  repeated: number
  lost: number
  twoKeys: number
}

export const notifierRow: FaultRow = {
  name: 'kill -9 of the notifier under load',
  full: 250,
  long: 5_000,
  unit: 'kills',
  passesWhen: 'each event reaches each receiver, and under one key only',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: { seed: number; what: string }[] = []
    const sum: Tally = { kills: 0, events: 0, requests: 0, repeated: 0, lost: 0, twoKeys: 0 }
    for (let seed = firstSeed; seed === firstSeed || performance.now() + roundMsMin < until; seed++) {
      try {
        const tally = await round(seed)
        for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key]
        if (tally.lost + tally.twoKeys > 0)
          failures.push({ seed, what: `${tally.lost} events lost, ${tally.twoKeys} with two keys` })
      } catch (error) {
        failures.push({ seed, what: (error as Error).message })
      }
      onProgress?.(sum.kills)
      if (failures.length > 3) break
    }
    const note = `${sum.events} events to two receivers, ${sum.requests} requests, ${sum.repeated} of them repeated under their key, ${sum.lost} events lost, ${sum.twoKeys} with two keys`
    return { reached: sum.kills, failures, note }
  },
}

async function round(seed: number): Promise<Tally> {
  const random = createRandom(seed)
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-notifier-'))
  const books = [receiverBook(random), receiverBook(random)]
  const receivers = await Promise.all(books.map(({ behaviour }) => httpReceiver(behaviour)))
  const events = new DatabaseSync(path.join(dir, 'events.db'))
  events.exec('pragma journal_mode = wal; create table event (rev integer primary key, body text not null) strict')
  const hook = (n: number) => ({ kind: 'webhook', url: receivers[n]?.url, timeoutSeconds: 1, concurrency: 4, rate })
  const settings = JSON.stringify({ channels: { a: hook(0), b: hook(1) }, allowAddresses: ['127.0.0.0/8'] })
  let child: ChildProcess | undefined
  const start = async () => {
    child = fork(path.join(import.meta.dirname, 'notifier-process.ts'), [dir, settings], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    await once(child, 'message')
  }
  const kill = async () => {
    if (!child) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  try {
    await start()
    // The first start begins behind the newest event.
    await sleep(300)
    const names = feedOf(random)
    const insert = events.prepare('insert into event values (?, ?)')
    let written = 0
    let kills = 0
    const write = (until: number) => {
      for (; written < Math.min(until, names.length); written++) {
        const { alert, event } = names[written] as { alert: string; event: Step }
        insert.run(written + 1, JSON.stringify(eventOf(written + 1, { alert, event })))
      }
    }
    while (kills < killsEach) {
      write(Math.ceil((names.length * (kills + 1)) / killsEach))
      await sleep(20 + random() * 250)
      await kill()
      kills++
      await start()
    }
    const wanted = names.map(({ alert, event }) => `${alert} ${event}`)
    const isDone = () => books.every(({ accepted }) => wanted.every((name) => accepted.has(name)))
    for (const end = performance.now() + drainMsMax; !isDone() && performance.now() < end; ) await sleep(50)
    return tallyOf(books, wanted, kills)
  } finally {
    await kill()
    events.close()
    for (const receiver of receivers) await receiver[Symbol.asyncDispose]()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The rate limit has tests of its own. */
const rate = { messages: 10_000, minutes: 1 }

/** The steps of each alert in their order, mixed with those of the others. */
function feedOf(random: () => number): { alert: string; event: Step }[] {
  const next = Array.from({ length: alertsEach }, () => 0)
  return Array.from({ length: alertsEach * steps.length }, () => {
    const open = next.flatMap((step, n) => (step < steps.length ? [n] : []))
    const n = open[Math.floor(random() * Math.min(open.length, 12))] as number
    const step = next[n] as number
    next[n] = step + 1
    return { alert: `alert-${n}`, event: steps[step] as Step }
  })
}

function tallyOf(books: readonly ReceiverBook[], wanted: readonly string[], kills: number): Tally {
  const sum = (of: (book: ReceiverBook) => number) => books.reduce((total, book) => total + of(book), 0)
  return {
    kills,
    events: wanted.length,
    requests: sum(({ seen }) => [...seen.values()].reduce((total, n) => total + n, 0)),
    repeated: sum(({ seen }) => [...seen.values()].reduce((total, n) => total + n - 1, 0)),
    lost: sum(({ accepted }) => wanted.filter((name) => !accepted.has(name)).length),
    twoKeys: sum(({ keysByEvent }) => [...keysByEvent.values()].filter((keys) => keys.size > 1).length),
  }
}
