import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkLayout } from '../domain/layout-faults.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { createCity } from './city.ts'
import { cityLayout, livingCity } from './city-layout.ts'

const monday = instant(Date.parse('2026-11-23T09:00:00+01:00'))
const zone = 'Europe/Berlin'
const later = (from: Instant, ms: number) => instant(from + ms)

interface Seen {
  readonly device: string
  readonly seq: number
  readonly epoch: number
  readonly time: string
  readonly occupied: boolean
}

function play(
  options: { bays: number; seed: number; speed?: number; faults?: object },
  from: Instant,
  ms: number,
  stepMs: number,
) {
  const city = createCity({ zone, ...options })
  const first = city.start(from)
  const lines: string[] = []
  for (let t = stepMs; t <= ms; t += stepMs) lines.push(...city.tick(later(from, t)))
  return { city, first, lines }
}

const parse = (lines: readonly string[]) =>
  lines.flatMap((line): Seen[] => {
    try {
      return [JSON.parse(line) as Seen]
    } catch {
      return []
    }
  })

test('the default city has four lots, 20 levels and 2,000 bays', () => {
  const { sites } = cityLayout(2_000, 1, zone)
  const levels = sites.flatMap((site) => site.levels)
  assert.deepEqual([sites.length, levels.length, levels.flatMap((level) => level.bays).length], [4, 20, 2_000])
  const types = new Set(levels.flatMap((level) => level.bays.flatMap((bay) => bay.types)))
  for (const type of ['standard', 'disabled', 'ev', 'family', 'staff'] as const) assert.ok(types.has(type), type)
})

test('a city of any size has exactly its bays, unique, on plates that do not overlap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 20_000 }), fc.nat(), (bays, seed) => {
      const layout = cityLayout(bays, seed, zone)
      const levels = layout.sites.flatMap((site) => site.levels)
      const all = levels.flatMap((level) => level.bays)
      assert.equal(all.length, bays)
      assert.equal(new Set(all.map((bay) => bay.id)).size, bays)
      assert.equal(new Set(all.map((bay) => bay.devices[0])).size, bays)
      assert.equal(new Set(all.map((bay) => `${bay.x} ${bay.y}`)).size, bays)
      for (const { x, y, w, h, bays, zones } of levels) {
        for (const bay of bays) {
          assert.ok(bay.x >= x && bay.x + layout.bayW <= x + w && bay.y >= y && bay.y + layout.bayH <= y + h)
          assert.ok(bay.zones.every((id) => zones.some((zone) => zone.id === id)))
        }
        for (const other of levels)
          assert.ok(
            other.x === x && other.y === y
              ? true
              : other.x >= x + w || x >= other.x + other.w || other.y >= y + h || y >= other.y + other.h,
          )
      }
    }),
    { numRuns: 20 },
  )
})

test('the living city of any size has exactly its bays in a layout without a fault or a warning', () => {
  for (const bays of [60, 399, 400, 777, 2_000, 20_000]) {
    const layout = livingCity(bays, bays, zone)
    assert.equal(layout.sites.flatMap(({ levels }) => levels.flatMap((level) => level.bays)).length, bays)
    const { faults, warnings } = checkLayout(layout)
    assert.deepEqual([faults, warnings], [[], []], `${bays} bays`)
  }
  const turned = livingCity(2_000, 1, zone)
    .sites.at(-1)
    ?.levels.map(({ bays }) => new Set(bays.map(({ angle }) => angle)))
  assert.deepEqual(turned?.[0], new Set([30, -30]))
  assert.ok((turned?.[1]?.size ?? 0) >= 10, 'the kerb winds')
})

test('the same seed gives the same acts of people, and every one of the script', () => {
  const acts = () => {
    const city = createCity({ bays: 500, seed: 3, zone })
    city.start(monday)
    return Array.from({ length: 660 }, (_, i) => city.acts(later(monday, 1_000 * i))).flat()
  }
  assert.deepEqual(acts(), acts())
  assert.deepEqual(
    acts().map((act) => (act.is === 'desk' ? act.change.is : act.is)),
    ['sign', 'sign', 'sign', 'recount', 'override', 'recount', 'assign'],
  )
})

test('the same seed gives the same frames, another seed others', () => {
  const frames = (seed: number) => {
    const { first, lines } = play({ bays: 200, seed }, monday, 60_000, 1_000)
    return [...first, ...lines]
  }
  assert.deepEqual(frames(7), frames(7))
  assert.notDeepEqual(frames(7), frames(8))
})

test('every sensor numbers its frames without a gap, in the order of their times', () => {
  const options = { bays: 300, seed: 3, faults: { duplicate: 0.1, late: 0.05, garbled: 0.05 } }
  const { first, lines } = play(options, monday, 900_000, 5_000)
  const readings = parse([...first, ...lines])
  assert.ok(readings.length < first.length + lines.length, 'some were garbled')
  const bySensor = new Map<string, Map<number, string>>()
  let repeated = 0
  for (const { device, seq, time } of readings) {
    const seen = bySensor.get(device) ?? new Map<number, string>()
    bySensor.set(device, seen)
    if (seen.has(seq)) {
      repeated++
      assert.equal(seen.get(seq), time)
    }
    seen.set(seq, time)
  }
  assert.ok(repeated > 10, 'some came twice')
  for (const [device, seen] of bySensor) {
    const seqs = [...seen.keys()].sort((a, b) => a - b)
    // The newest frame may still wait at its gateway, or be held as late.
    const gaps = seqs.filter((seq, i) => seq !== i).length
    assert.ok(gaps <= 2, `${device} has gaps: ${seqs}`)
    const times = seqs.map((seq) => Date.parse(seen.get(seq) as string))
    assert.ok(times.every((time, i) => i === 0 || time > (times[i - 1] as number)))
  }
})

test('occupancy follows the demand curve: full in the morning, empty in the night', () => {
  const shareAt = (text: string) => {
    const { first } = play({ bays: 4_000, seed: 5 }, instant(Date.parse(text)), 0, 1_000)
    const readings = parse(first)
    return readings.filter(({ occupied }) => occupied).length / readings.length
  }
  const night = shareAt('2026-11-24T03:00:00+01:00')
  const noon = shareAt('2026-11-24T11:00:00+01:00')
  assert.ok(night < 0.25 && noon > 0.65, `${night} ${noon}`)
})

test('a simulated day ends at the occupancy of the curve', () => {
  const bays = 1_500
  const from = instant(Date.parse('2026-11-23T04:00:00+01:00'))
  const to = instant(from + 7 * 3_600_000)
  const { first, lines } = play({ bays, seed: 2, speed: 100 }, from, (to - from) / 100, 500)
  const state = new Map(parse([...first, ...lines]).map(({ device, occupied }) => [device, occupied]))
  const share = [...state.values()].filter(Boolean).length / state.size
  // The stuck sensor sends what it had kept before: the newest frame of each counts.
  const fresh = new Map(
    parse(createCity({ bays, seed: 9, zone }).start(to)).map(({ device, occupied }) => [device, occupied]),
  )
  const expected = [...fresh.values()].filter(Boolean).length / fresh.size
  assert.ok(Math.abs(share - expected) < 0.06, `${share} lived, ${expected} expected`)
})

test('2,000 bays send 5 to 30 frames a second, and a bay changes every second', () => {
  for (const hour of ['03', '08', '12', '18']) {
    const from = instant(Date.parse(`2026-11-24T${hour}:00:00+01:00`))
    const { first, lines } = play({ bays: 2_000, seed: 1 }, from, 120_000, 1_000)
    const rate = lines.length / 120
    assert.ok(rate >= 5 && rate <= 30, `${rate}/s at ${hour}`)
    const state = new Map(parse(first).map(({ device, occupied }) => [device, occupied]))
    let changed = 0
    for (const { device, occupied } of parse(lines)) {
      if (state.get(device) !== occupied) changed++
      state.set(device, occupied)
    }
    assert.ok(changed / 120 >= (hour === '03' ? 0.3 : 1), `${changed / 120} changes/s at ${hour}`)
  }
})

test('a restart has a higher epoch and its numbers start again', () => {
  const city = createCity({ bays: 50, seed: 1, zone })
  const [before] = parse(city.start(monday))
  const [after] = parse(city.start(later(monday, 10)))
  assert.ok((after as Seen).epoch > (before as Seen).epoch)
  assert.equal((after as Seen).seq, 0)
})

test('some sensors are broken: silent, stuck, with a low battery', () => {
  const { first, lines } = play({ bays: 3_000, seed: 4 }, monday, 400_000, 10_000)
  const readings = [...parse(first), ...parse(lines)] as (Seen & { battery_pct?: number })[]
  assert.ok(new Set(readings.map(({ device }) => device)).size < 3_000)
  const low = new Set(readings.filter(({ battery_pct = 100 }) => battery_pct < 15).map(({ device }) => device))
  assert.ok(low.size > 10 && low.size < 90, `${low.size}`)
})

test('a city of 50,000 bays ticks in a fraction of a second, even after a night asleep', () => {
  const city = createCity({ bays: 50_000, seed: 1, zone })
  city.start(monday)
  const began = performance.now()
  city.tick(later(monday, 1_000))
  assert.ok(performance.now() - began < 500)
  const lines = city.tick(later(monday, 8 * 3_600_000))
  assert.ok(lines.length < 400_000, `${lines.length}`)
})
