/**
 * The demo city as the server shows it, against what is true in it: each event of its script is found in the API when it happens, and no bay is
 * shown as free in which a vehicle stands, except where a fault of its sensor or a frame on its way explains that. Through the journal's records,
 * the processor, a store in a file and the API; the clock is that of the city.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ApiUnderTest, apiUnderTest, bearer, until } from '../src/api/testing/api-under-test.ts'
import { checkpointFacts } from '../src/intake/facts.ts'
import { type Instant, instant } from '../src/lib/brand.ts'
import { systemClock } from '../src/lib/clock.ts'
import { packJson } from '../src/lib/packed-json.ts'
import { createDemoDesk } from '../src/processes/demo-desk.ts'
import { arrivedAt, type Body, drain, journalOf, recordMs, text } from '../src/processing/testing/drained-journal.ts'
import { type BayTruth, createCity } from '../src/simulator/city.ts'
import { disputedBay, dyingBays, flappingBay, stuckBay } from '../src/simulator/harbour.ts'

const tickMs = 1_000
const minutes = 11
const yardBay = (index: number) => `YARD-${String(index + 1).padStart(3, '0')}`

interface Moment {
  /** Records up to here. */
  readonly bodies: number
  readonly now: Instant
  readonly truth: readonly BayTruth[]
}

/** The records of the city's journal, and what was true after each minute. */
async function played() {
  const city = createCity({ bays: 800, seed: 7, zone: 'Europe/Berlin' })
  const desk = createDemoDesk(city.layout, { now: () => instant(now) })
  let now: number = arrivedAt
  let last = now
  const bodies: Body[] = [{ kind: 'desk', body: await packJson(city.layout), afterMs: recordMs }]
  const moments: Moment[] = []
  const add = (body: Body) => {
    bodies.push({ ...body, afterMs: now - last })
    last = now
  }
  const frames = (lines: readonly string[]) => {
    if (lines.length > 0) add({ body: lines.join('\n'), framing: 'lines' })
  }
  frames(city.start(instant(now)))
  for (let tick = 1; tick <= (minutes * 60_000) / tickMs; tick++) {
    now += tickMs
    for (const act of city.acts(instant(now))) {
      const bytes = (await desk.recordOf(act)) ?? assert.fail('an act of the script changes nothing')
      add({ body: '', record: { kind: 4, bytes: () => bytes } })
    }
    frames(city.tick(instant(now)))
    if ((tick * tickMs) % 60_000 !== 0) continue
    const at = now
    const facts = { at, upTo: 0, received: 0, refused: 0, sources: {} }
    add({ body: '', record: { kind: 3, bytes: () => text.encode(JSON.stringify(facts)) } })
    moments.push({ bodies: bodies.length, now: instant(now), truth: city.truth() })
  }
  return { city, bodies, moments }
}

describe('the demo city', () => {
  let world: Awaited<ReturnType<typeof played>>
  let api: ApiUnderTest
  let now: number = arrivedAt
  const get = async (url: string) => {
    const { statusCode, body } = await api.app.inject({ method: 'GET', url, headers: bearer })
    assert.equal(statusCode, 200, `${url}: ${body}`)
    return JSON.parse(body)
  }
  const bay = (id: string) => get(`/api/v1/bays/${id}`)

  /** Lets the server take in the city up to a minute. */
  async function at(minute: number): Promise<Moment> {
    const moment = world.moments[minute - 1] ?? assert.fail(`no minute ${minute}`)
    now = moment.now
    await drain(journalOf(world.bodies.slice(0, moment.bodies)), api.store, { checkpointFacts })
    const { known_to: knownTo, occupancy } = await get('/api/v1/state')
    assert.equal(knownTo, new Date(now).toISOString())
    await until(async () => JSON.stringify((await get('/api/v1/kpi')).occupancy) === JSON.stringify(occupancy))
    return moment
  }

  before(async () => {
    world = await played()
    api = await apiUnderTest({ clock: { ...systemClock, now: () => instant(now) } })
  })
  after(() => api[Symbol.asyncDispose]())

  test('lives within a minute: bays are known, the festival has taken its row, a sensor is stuck', async () => {
    await at(1)
    const { occupancy, devices } = await get('/api/v1/kpi')
    assert.ok(occupancy.free > 100 && occupancy.occupied > 100, JSON.stringify(occupancy))
    assert.ok(occupancy.unknown < 20 && devices.reporting > 780, JSON.stringify({ occupancy, devices }))
    const festival = (await get('/api/v1/overrides')).items
    assert.deepEqual(
      festival.map((one: Record<string, unknown>) => [one['occasion'], one['bay_count'], one['state']]),
      [['Harbour festival', 14, 'closed']],
    )
    const closed = await bay(yardBay(3))
    assert.deepEqual([closed.state, closed.cause, closed.override.occasion], ['closed', 'override', 'Harbour festival'])
    assert.deepEqual((await bay(yardBay(stuckBay))).flags, ['stuck'])
  })

  test('loses a gateway after a minute: its bays are unknown, and the gateway is named', async () => {
    await at(3)
    const { items } = await get('/api/v1/gateways')
    const offline = items.filter(({ state }: { state: string }) => state === 'offline')
    assert.equal(offline.length, 1)
    const { gateway, devices } = offline[0]
    const states = (await get('/api/v1/state')).bays
    const cutOff = states.filter(({ flags }: { flags: string[] }) => flags.includes('gateway-offline'))
    assert.ok(
      cutOff.length >= devices - 2 && cutOff.length <= devices && devices > 20,
      `${cutOff.length} of ${devices}`,
    )
    assert.ok(cutOff.every(({ state }: { state: string }) => state === 'unknown'))
    assert.equal((await bay(cutOff[0].id)).gateway?.gateway, gateway)
  })

  test('has sensors that disagree and one that flaps within five minutes', async () => {
    await at(5)
    assert.ok((await bay(yardBay(disputedBay))).flags.includes('disputed'))
    assert.ok((await bay(yardBay(flappingBay))).flags.includes('flapping'))
  })

  test('hears the gateway and each of its sensors again, and has overstays at the kerb and a sensor that is silent within nine minutes', async () => {
    await at(8)
    assert.ok((await get('/api/v1/gateways')).items.every(({ state }: { state: string }) => state === 'online'))
    const { bays } = await get('/api/v1/state')
    assert.ok(bays.every(({ flags }: { flags: string[] }) => !flags.includes('gateway-offline')))
    const overstays = (await get('/api/v1/overstays?site=harbour')).items
    const kerb = overstays.filter(({ bay }: { bay: string }) => bay.startsWith('PROM-'))
    assert.ok(kerb.length >= 3, JSON.stringify(overstays))
    assert.ok(kerb.every((one: Record<string, unknown>) => one['max_stay_min'] === 5 && one['ended'] === null))
    await at(9)
    for (const index of dyingBays) {
      await until(async () => (await bay(yardBay(index))).state === 'unknown')
      const dead = await bay(yardBay(index))
      assert.deepEqual([dead.state, dead.flags], ['unknown', ['stale']])
    }
  })

  test('counts its yard at gates that miss vehicles: the count drifts away from what is true, within its band', async () => {
    const { truth } = await at(9)
    const trail = (await get('/api/v1/count-zones/trail?site=harbour&level=yard&zone=yard-gates')).items
    const [second, first] = trail.filter(({ change }: { change: string }) => change === 'recount')
    assert.ok(first.before === null && second.before > second.vehicles, JSON.stringify(trail))
    const [yard] = (await get('/api/v1/count-zones')).items
    assert.ok(first.traffic === 0 && second.traffic > 5 && yard.silent.length === 0, JSON.stringify({ trail, yard }))
    const inside = truth.filter(({ bay, occupied }) => bay.startsWith('YARD-') && occupied).length
    assert.ok(yard.band.low <= inside && inside <= yard.band.high, `${JSON.stringify(yard)}: ${inside} are there`)
  })

  test('gets a new sensor for the one that died: the bay is known again, and keeps its history', async () => {
    await at(10)
    const id = yardBay(dyingBays[0])
    await until(async () => {
      const { state, device } = await bay(id)
      return state !== 'unknown' && device !== null
    })
    const swapped = await bay(id)
    assert.ok(swapped.state === 'free' || swapped.state === 'occupied', swapped.state)
    const { items } = await get(`/api/v1/assignments?bay=${id}`)
    assert.deepEqual(items.map((one: { to: string | null }) => one.to === null).sort(), [false, true])
    assert.equal(items.find((one: { to: string | null }) => one.to === null).device, swapped.device.id)
    assert.equal((await bay(yardBay(dyingBays[1]))).state, 'unknown')
  })

  test('shows no bay as free in which a vehicle stands, unless its sensor or its gateway hides it', async () => {
    const { truth } = await at(11)
    const states = new Map(
      (await get('/api/v1/state')).bays.map(({ id, state }: { id: string; state: string }) => [id, state]),
    )
    const wrong = truth.filter(({ bay, occupied, excuse }) => occupied && states.get(bay) === 'free' && !excuse)
    assert.deepEqual(wrong, [])
    const known = truth.filter(({ bay }) => ['free', 'occupied'].includes(states.get(bay) as string))
    assert.ok(known.length > 760, `${known.length} bays are known`)
    const right = known.filter(({ bay, occupied }) => (states.get(bay) === 'occupied') === occupied)
    assert.ok(right.length / known.length > 0.98, `${right.length} of ${known.length} are as they are`)
  })
})
