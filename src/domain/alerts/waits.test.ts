import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import type { WaitBegin } from '../desk-change.ts'
import { type Layout, plainBay } from '../layout.ts'
import { watchingOf } from '../watching.ts'
import { createAlertBook } from './alert-book.ts'
import { noStoredAlerts, type StoredAlerts } from './alert-rows.ts'
import { createWaits, endedWaitsMax, waitMsMax, waitsMax } from './waits.ts'

const hour = 3_600_000
const layout = (closed: readonly string[] = []): Layout => ({
  ...{ name: 'City', bayW: 2.5, bayH: 5 },
  sites: ['north', 'south'].map((site) => ({
    ...{ id: site, name: site, zone: 'UTC' },
    levels: [
      {
        ...{ id: 'p1', name: 'P1', x: 0, y: 0, w: 100, h: 50, zones: [{ id: 'deck', name: 'Deck' }] },
        bays: ['a', 'b', 'c'].map((id, i) =>
          plainBay(
            `${site}-${id}`,
            { x: i * 3, y: 0 },
            {
              ...(id === 'a' ? { zones: ['deck'] } : {}),
              ...(id === 'b' ? { types: ['ev'] } : {}),
              ...(closed.includes(`${site}-${id}`) ? { closed: true } : {}),
            },
          ),
        ),
      },
    ],
  })),
})

function waitsUnderTest(stored: StoredAlerts = noStoredAlerts) {
  const book = createAlertBook(stored)
  let watching = watchingOf(layout())
  const free = new Set<string>()
  const due: { at: number; work: (at: number) => void }[] = []
  const waits = createWaits({
    book,
    world: {
      get watching() {
        return watching
      },
      bay: (bay) => ({ state: free.has(bay) ? 'free' : 'occupied', since: null, flags: 0 }),
    },
    wake: (at, _, work) => void due.push({ at, work }),
  })
  return {
    ...{ book, waits, free },
    relayout(closed: readonly string[]) {
      watching = watchingOf(layout(closed))
    },
    tick(at: number) {
      for (const one of due.splice(0).sort((a, b) => a.at - b.at)) if (one.at <= at) one.work(one.at)
    },
    wait: (id: string, more: Partial<WaitBegin> = {}) => {
      const usual = { is: 'wait', id, site: 'north', level: null, zone: null, type: null, channel: 'mail' } as const
      waits.begin({ ...usual, until: instant(hour), ...more }, 'ann', instant(0))
    },
    met: () =>
      book.take().events.map(({ alert, subject, event, channels }) => `${alert} ${event} ${subject} ${channels}`),
  }
}

test('a bay that is free already meets a wait at once, and a wait is met once', () => {
  const { wait, free, waits, met } = waitsUnderTest()
  free.add('north-c')
  wait('w')
  waits.freed('north-a', 1)
  assert.deepEqual(met(), ['w wait-met north-c mail'])
})

test('a wait is met by the first bay of its site, level, zone and type that becomes free', () => {
  const { wait, waits, met } = waitsUnderTest()
  wait('site')
  wait('zone', { zone: 'deck' })
  wait('type', { type: 'ev' })
  wait('level', { level: 'p2' })
  waits.freed('south-a', 1)
  assert.deepEqual(met(), [])
  waits.freed('north-b', 2)
  assert.deepEqual(met(), ['site wait-met north-b mail', 'type wait-met north-b mail'])
  waits.freed('north-a', 3)
  assert.deepEqual(met(), ['zone wait-met north-a mail'])
})

test('a bay that the layout closes meets no wait, and meets it when it is opened', () => {
  const { wait, waits, free, relayout, met } = waitsUnderTest()
  relayout(['north-a', 'north-b', 'north-c'])
  free.add('north-a')
  wait('w')
  waits.freed('north-a', 1)
  assert.deepEqual(met(), [])
  relayout([])
  waits.look(2)
  assert.deepEqual(met(), ['w wait-met north-a mail'])
})

test('a wait that is cancelled, or has expired, is not met', () => {
  const { wait, waits, tick, met } = waitsUnderTest()
  wait('cancelled')
  wait('expired')
  waits.end('cancelled')
  tick(hour)
  waits.freed('north-a', hour)
  assert.deepEqual(met(), [])
})

test('a wait that goes on is not replaced by one of its id, and none is longer than a week', () => {
  const { wait, waits, met } = waitsUnderTest()
  wait('w', { site: 'south' })
  wait('w')
  wait('long', { until: instant(waitMsMax + 1) })
  wait('past', { until: instant(0) })
  waits.freed('north-a', 1)
  assert.deepEqual(met(), [])
})

test('as many as may wait do, and one more does not', () => {
  const { wait, waits, met } = waitsUnderTest()
  for (let n = 0; n <= waitsMax; n++) wait(`w${n}`)
  waits.freed('north-a', 1)
  assert.equal(met().length, waitsMax)
})

test('a restart forgets no wait that goes on, and brings none back that has ended', () => {
  const first = waitsUnderTest()
  first.wait('stays')
  first.wait('expires', { until: instant(10) })
  const rows = first.book.take()
  first.wait('ends')
  first.waits.end('ends')
  const more = first.book.take()
  const memory = [...rows.memory, ...more.memory].filter(({ id }) => !more.memoryGone.some((gone) => gone.id === id))
  const next = waitsUnderTest({ ...noStoredAlerts, memory })
  next.tick(10)
  next.waits.freed('north-a', 11)
  assert.deepEqual(next.met(), ['stays wait-met north-a mail'])
})

test('a wait that was met or cancelled is not begun again by its id before its expiry, and is after it', () => {
  const { wait, waits, free, tick, met } = waitsUnderTest()
  free.add('north-a')
  wait('met')
  assert.deepEqual(met(), ['met wait-met north-a mail'])
  free.clear()
  wait('cancelled')
  waits.end('cancelled')
  free.add('north-a')
  wait('met')
  wait('cancelled')
  waits.freed('north-a', 1)
  assert.deepEqual(met(), [])
  tick(hour)
  wait('met', { until: instant(2 * hour) })
  assert.deepEqual(met(), ['met wait-met north-a mail'])
})

test('a restart still knows the waits that have ended, until their expiry', () => {
  const first = waitsUnderTest()
  first.free.add('north-a')
  first.wait('w')
  const next = waitsUnderTest({ ...noStoredAlerts, memory: first.book.take().memory })
  next.free.add('north-a')
  next.wait('w')
  assert.deepEqual(next.met(), [])
  next.tick(hour)
  next.wait('w', { until: instant(2 * hour) })
  assert.deepEqual(next.met(), ['w wait-met north-a mail'])
})

test('of more ended waits than are remembered, those that expire first are forgotten', () => {
  const { wait, free, met } = waitsUnderTest()
  free.add('north-a')
  for (let n = 0; n <= endedWaitsMax; n++) wait(`w${n}`, { until: instant(hour + n) })
  assert.equal(met().length, endedWaitsMax + 1)
  for (const n of [1, endedWaitsMax, 0]) wait(`w${n}`)
  assert.deepEqual(met(), ['w0 wait-met north-a mail'])
})
