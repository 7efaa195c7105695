/** The processing against an emulated world that knows the truth: thousands of lives of boards and of the lines behind them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { missing } from '../domain/device.ts'
import { type Delivery, type History, kinds, readingOf, recordsOf } from '../simulator/world/history.ts'
import { type Fate, judge, type Observation, type Presence, unknownShare } from '../simulator/world/judge.ts'
import { shrink, table } from '../simulator/world/shrink.ts'
import { historyOf, unfairHistoryOf } from '../simulator/world/world.ts'
import { createPlayer, type Sent } from './testing/history.ts'

const firstSeed = Number(process.env['SEED'] ?? 1)
const count = Number(process.env['HISTORIES'] ?? effort(600))
const seeds = (many: number) => Array.from({ length: many }, (_, i) => firstSeed + i)

/** What one uplink is to the journal: a record of one frame each, as its transport brings it. */
function sentOf(history: History, deliveries: readonly Delivery[]): Sent {
  const { transport } = history
  const first = deliveries[0] as Delivery
  const frames = deliveries.map((delivery) => {
    const { occupied, batteryPct, countIn, ...wire } = readingOf(history, delivery).wire
    const { network } = delivery
    const measures = {
      ...{
        occupied,
        ...(batteryPct === undefined ? {} : { batteryPct }),
        ...(countIn === undefined ? {} : { countIn }),
      },
      ...(network ? { rssiDbm: network.rssi } : {}),
    }
    const stamped = network ? { time: network.time, timeSource: 'network' } : {}
    return { device: 'A', ...wire, ...stamped, measures }
  })
  const meta = {
    ...(first.dup ? { dup: '1' } : {}),
    ...(transport === 'http' ? { body: '1' } : {}),
    ...(first.connection === undefined ? {} : { conn: String(first.connection) }),
  }
  const body = frames.map((frame) => JSON.stringify(frame)).join('\n')
  return { body, framing: 'lines', codec: 'reading', source: transport, meta, arrived: first.arrived }
}

/** `restartEvery`: records after which the processor is started again. */
async function observe(history: History, restartEvery = 7): Promise<Observation> {
  const player = await createPlayer()
  const shown: (Presence | undefined)[] = []
  const places: string[] = []
  for (const [i, [, deliveries]] of recordsOf(history).entries()) {
    if (i % restartEvery === restartEvery - 1) await player.restart()
    await player.commit([sentOf(history, deliveries)])
    for (const [k] of deliveries.entries()) places.push(`${i + 1}.${k}`)
    for (const _ of deliveries.slice(1)) shown.push(undefined)
    shown.push(player.device(history.transport)?.state.occupied ?? null)
  }
  const stored = new Map(player.store.readings.map((row) => [`${row.pos}.${row.idx / 1_024}`, row.epoch]))
  const fates = places.map((place): Fate => {
    const epoch = stored.get(place)
    if (epoch !== undefined) return epoch < 0 ? 'possible-repeat' : 'stored'
    const letter = player.store.deadLetters.get(place)
    return letter === undefined ? 'duplicate' : letter.state === 'tentative' ? 'tentative' : 'quarantined'
  })
  const device = player.device(history.transport)
  const isCertain = device !== undefined && device.run.length === 0 && !device.order.held && !device.order.isJoined
  return { shown, fates, missing: isCertain ? missing(device.state) : 'not certain' }
}

/** What is sent again goes on, by its numbers, exactly where the newest boot stands: nothing is looked up for a next number. */
const looksNext = (history: History) => {
  const again = history.deliveries.findIndex(
    ({ reading }, i) => history.deliveries.findIndex((other) => other.reading === reading) < i,
  )
  const [before, first] = [history.deliveries[again - 1], history.deliveries[again]]
  const seqOf = (delivery: Delivery | undefined) => delivery && readingOf(history, delivery).wire.seq
  return !history.fair && seqOf(first) === (seqOf(before) ?? 0) + 1
}

const findingsOf = (history: History, observed: Observation) =>
  judge(history, observed).filter(({ what }) => !(what === 'opposite' && looksNext(history)))

test('every fair history is shown right, and what cannot be known is not certain', { timeout: 600_000 }, async () => {
  const broken: string[] = []
  const kinds: Record<string, number> = {}
  for (const seed of seeds(count))
    for (const history of [historyOf(seed), ...(seed % 4 === 0 ? [unfairHistoryOf(seed)] : [])]) {
      const findings = findingsOf(history, await observe(history))
      if (findings.length === 0) continue
      const what = `${history.kind} ${history.transport} ${history.fair} ${findings[0]?.what}`
      kinds[what] = (kinds[what] ?? 0) + 1
      if (broken.length >= 4 || broken.some((one) => one.startsWith(what))) continue
      const small = await shrink(history, async (one) =>
        findingsOf(one, await observe(one)).some(({ what: w }) => w === findings[0]?.what),
      )
      const seen = await observe(small)
      const fates = seen.fates.map((fate, i) => `${i} ${fate} ${seen.shown[i]}`).join('; ')
      broken.push(
        `${what}\n${table(small)}\n${fates}\nmissing ${seen.missing}\n${JSON.stringify(judge(small, seen), null, 1)}`,
      )
    }
  assert.equal(broken.length, 0, `${JSON.stringify(kinds, null, 1)}\n${broken.join('\n\n')}`)
})

test('the state is known most of the time', { timeout: 600_000 }, async () => {
  for (const kind of kinds) {
    const observed: Observation[] = []
    for (const seed of seeds(effort(60))) observed.push(await observe(historyOf(seed, kind)))
    const share = unknownShare(observed)
    assert.ok(share < 0.2, `${kind}: the state is unknown after ${(100 * share).toFixed(1)} % of the frames`)
  }
})
