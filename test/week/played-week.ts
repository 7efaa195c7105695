/**
 * A simulated week through the real processing: codecs, order, folds and rules, into SQLite, an hour of the city at a time and no waiting. A person
 * acknowledges what there is once an hour, and resolves what waits for that.
 */
import { setImmediate } from 'node:timers/promises'
import { codecOf } from '../../src/codecs/registry.ts'
import type { DeskChange } from '../../src/domain/desk-change.ts'
import { encodeDeskEntry } from '../../src/domain/desk-change.ts'
import { encodePublication } from '../../src/domain/layout-publication.ts'
import { encodeUplink } from '../../src/domain/uplink.ts'
import type { Instant } from '../../src/lib/brand.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { packJson } from '../../src/lib/packed-json.ts'
import { dayNumber } from '../../src/lib/utc-day.ts'
import { createDemoDesk } from '../../src/processes/demo-desk.ts'
import type { CheckpointFacts } from '../../src/processing/checkpoint-facts.ts'
import { createProcessor } from '../../src/processing/processor.ts'
import type { EventSeen } from '../../src/simulator/week/raises.ts'
import type { Week, WeekStep } from '../../src/simulator/week/week.ts'
import { openStore } from '../../src/store/engine/open.ts'
import type { LossRow, Store } from '../../src/store/store.ts'
import { type HourJournal, hourJournal } from './hour-journal.ts'

export interface PlayedWeek {
  readonly events: readonly EventSeen[]
  readonly frames: number
  /** Messages that the server knows to be missing. */
  readonly lost: number
}

const checkpointMs = 60_000
const actMs = 3_600_000
const eventsAtOnce = 5_000
const pausesMax = 50
const text = new TextEncoder()

export async function playWeek(week: Week, file: string, onHour?: (at: Instant) => void): Promise<PlayedWeek> {
  await using store = await openStore(`sqlite:${file}`, { log: silentLog, clock: systemClock })
  await store.migrate()
  const journal = hourJournal()
  const steps = week.steps()
  const write = stepWriter(week, journal)
  const stop = new AbortController()
  const faults: string[] = []
  let pauses = 0

  /** False: the week is over. */
  async function nextHour(): Promise<boolean> {
    let at: Instant | undefined
    for (let { value, done } = steps.next(); !done; { value, done } = steps.next()) {
      const step = value as WeekStep
      await write(step)
      at = step.at
      if (at % actMs === 0) break
    }
    if (at === undefined) return false
    for (const change of await acknowledgements(store, at))
      journal.add(4, 0, encodeDeskEntry({ author: 'operator', reason: 'Seen', at, change }))
    onHour?.(at)
    return true
  }

  const processor = createProcessor({
    ...{ store, reader: journal, fence: 1, codecOf, lingerMs: 0 },
    durable: {
      async waitBeyond(beyond) {
        if (beyond < journal.last) return journal.last
        while ((await store.cursor(journal.id)).position < journal.last) {
          stop.signal.throwIfAborted()
          await setImmediate()
        }
        journal.forget()
        if (await nextHour()) return journal.last
        stop.abort()
        throw stop.signal.reason
      },
    },
    checkpointFacts: ({ bytes }) => JSON.parse(Buffer.from(bytes).toString()) as CheckpointFacts,
    clock: {
      ...systemClock,
      sleep: async () => {
        if (++pauses > pausesMax) stop.abort()
      },
    },
    log: { ...silentLog, error: (what, fields) => void faults.push(`${what} ${JSON.stringify(fields)}`) },
  })
  await processor.run(stop.signal)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const { totals } = await store.ledgerAt(journal.id)
  return { events: await eventsIn(store), frames: journal.frames, lost: Number(totals.lost) }
}

/** Writes the records of a step: changes by people first, then frames by source, and once a minute what intake knows. */
function stepWriter({ layout }: Week, journal: HourJournal) {
  let now: Instant
  let beat = 0
  let known = ''
  const desk = createDemoDesk(layout, { now: () => now })
  return async ({ at, frames, acts, health, losses, isStopped }: WeekStep) => {
    now = at
    if (isStopped) return
    if (journal.last === 0)
      journal.add(4, 0, encodePublication({ author: 'simulator', comment: '', at, packed: await packJson(layout) }))
    for (const act of acts) {
      const record = await desk.recordOf(act)
      if (record) journal.add(4, 0, record)
    }
    for (const [source, lines] of frames) {
      const uplink = { source, codec: 'generic', framing: 'lines' as const, arrivedAt: at }
      journal.add(1, lines.length, encodeUplink({ ...uplink, bytes: text.encode(lines.join('\n')) }))
    }
    // As intake: once a minute, and when a state is another.
    const marks = JSON.stringify(health)
    if (losses.length === 0 && marks === known && at - beat < checkpointMs) return
    beat = at
    known = marks
    const rows = losses.map((loss) => ({ ...loss, day: dayNumber(at), from: null, to: null })) as LossRow[]
    const facts: CheckpointFacts = { at, health, losses: rows, intakeDays: [] }
    journal.add(3, 0, text.encode(JSON.stringify(facts)))
  }
}

/** What a person does with alerts that wait. */
async function acknowledgements(store: Store, at: Instant): Promise<DeskChange[]> {
  const { items } = await store.alerts({ states: ['unacknowledged', 'returned'], sort: 'raised', limit: 500 })
  const change = (action: 'acknowledge' | 'resolve', ids: readonly string[]): DeskChange[] =>
    ids.length === 0 ? [] : [{ is: 'alert', request: `${action} ${at}`, alerts: ids, action, until: null, owner: null }]
  return [
    ...change(
      'resolve',
      items.filter(({ isResolvable }) => isResolvable).map(({ id }) => id),
    ),
    ...change(
      'acknowledge',
      items.filter(({ isResolvable }) => !isResolvable).map(({ id }) => id),
    ),
  ]
}

async function eventsIn(store: Store): Promise<EventSeen[]> {
  const events: EventSeen[] = []
  for (let after = { rev: 0, part: -1 }; ; ) {
    const rows = await store.alertEvents(after, eventsAtOnce)
    events.push(...rows)
    const last = rows.at(-1)
    if (!last) return events
    after = last
  }
}
