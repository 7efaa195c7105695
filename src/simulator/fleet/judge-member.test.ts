/** What a server shows rightly is no difference, and each planted difference is found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device } from '@baykeeper/contract/device.ts'
import type { Stay } from '@baykeeper/contract/history.ts'
import { measures } from '../../domain/measures.ts'
import { staysAreJudged, trueStays } from '../world/judge-stays.ts'
import { missingIn, presenceAfter } from '../world/truth.ts'
import { judgeFleet } from './check.ts'
import { frameOf } from './member-records.ts'
import { createMembers, type Fleet, type Member, ways } from './members.ts'
import type { ServerView } from './server-view.ts'

const fleet: Fleet = { seed: 5, devices: 150, begin: Date.UTC(2026, 10, 23, 20), ways }
const members = createMembers(fleet)
const all = Array.from({ length: fleet.devices }, (_, index) => members.member(index))

const shownOf = ({ device, history, lorawan, bay }: Member): Device => {
  const newest = Math.max(...history.deliveries.map(({ reading }) => reading))
  const frame = lorawan && frameOf(lorawan.model, history.readings.length, newest, false)
  const values = measures.map(({ key, name }) => [name, frame?.measures[key]])
  const missing = missingIn(history) ?? 0
  const occupied = presenceAfter(history).at(-1)
  return { id: device, missing, missing_certain: true, occupied, ...(bay ? {} : Object.fromEntries(values)) } as Device
}

const staysOf = ({ history, bay }: Member): Stay[] =>
  staysAreJudged(history) && bay !== undefined
    ? trueStays(history)
        .filter(({ departure }) => Number.isFinite(departure))
        .map(({ arrival, departure }) => ({
          ...{ arrival: new Date(arrival).toISOString(), departure: new Date(departure).toISOString() },
          ...({ bay, certain: true, max_error_s: 0, hidden_max: 0 } as Stay),
        }))
    : []

interface Planted extends Partial<ServerView> {
  readonly flaps?: boolean
}

function viewOf(change: Planted = {}): ServerView {
  const devices = new Map(all.map((member) => [member.device, shownOf(member)]))
  const byBay = new Map(all.map((member) => [member.bay, member]))
  return {
    device: (id) => devices.get(id),
    bay: (id) => presenceAfter((byBay.get(id) as Member).history).at(-1),
    isFlapping: async () => change.flaps === true,
    frames: (device) => {
      const { history } = all.find((member) => member.device === device) as Member
      const committed = new Set(history.deliveries.map(({ reading }) => reading)).size
      return { committed, duplicate: history.deliveries.length - committed, quarantined: 0, lost: 0 }
    },
    stays: (id) => staysOf(byBay.get(id) as Member),
    difference: 0,
    ...change,
  }
}

const judged = (change?: Planted) =>
  judgeFleet({ fleet, members, resent: new Set(), signal: new AbortController().signal }, viewOf(change))

const exact = all.find(({ bay, history }) => bay && history.kind === 'clock-number' && history.clockTrusted) as Member
const free = all.find((one) => one.bay && one.history.kind === 'boot' && !presenceAfter(one.history).at(-1)) as Member
const measuring = all.find(({ bay, lorawan }) => !bay && (lorawan?.model.frames.length ?? 0) > 0) as Member
const staying = all.find((member) => staysOf(member).length > 0) as Member

test('a server that shows the truth has no difference', async () => {
  const { differences, unknown } = await judged()
  assert.deepEqual(differences, [])
  assert.equal(unknown, 0)
})

test('a server that stands still, or shows no balance, is not taken for right', async () => {
  const signal = new AbortController().signal
  const still = await judgeFleet({ fleet, members, resent: new Set(), signal, isProcessed: false }, viewOf())
  assert.deepEqual(
    still.differences.map(({ shown }) => shown),
    ['messages that stay pending'],
  )
  const blank = await judged({ difference: null })
  assert.deepEqual(
    blank.differences.map(({ shown }) => shown),
    ['no balance'],
  )
})

const right = viewOf()
const planted: Readonly<Record<string, readonly [of: Member, what: string, change: Planted]>> = {
  'a device that is shown the other way round': [
    exact,
    'state',
    { device: changed(exact, (device) => ({ ...device, occupied: !device.occupied })) },
  ],
  'a device that is unknown, and must be known': [
    exact,
    'state',
    { device: changed(exact, (device) => ({ ...device, occupied: null })) },
  ],
  'a bay that is shown the other way round': [free, 'bay', { bay: (id) => (id === free.bay ? true : right.bay(id)) }],
  'a bay that is not there': [free, 'bay', { bay: (id) => (id === free.bay ? undefined : right.bay(id)) }],
  'a frame that is nowhere': [exact, 'frames', { frames: framesOf(exact, { committed: -1 }) }],
  'a reading that is stored twice': [exact, 'stored', { frames: framesOf(exact, { committed: 1, duplicate: -1 }) }],
  'a loss that is not reported': [
    exact,
    'losses',
    { device: changed(exact, (device) => ({ ...device, missing: device.missing + 1 })) },
  ],
  'a measure that is another': [measuring, 'measure', { device: changed(measuring, wrongMeasure) }],
  'a stay that ends a minute late': [
    staying,
    'stay',
    {
      stays: (id) =>
        right.stays(id).map((stay) => (id === staying.bay ? { ...stay, departure: later(stay.departure) } : stay)),
    },
  ],
  'a device that is not there': [
    exact,
    'missing',
    { device: (id) => (id === exact.device ? undefined : right.device(id)) },
  ],
}

for (const [what, [member, kind, change]] of Object.entries(planted))
  test(`found: ${what}`, async () => {
    const { differences } = await judged(change)
    assert.ok(differences.length > 0, 'nothing was found')
    for (const difference of differences) {
      assert.equal(difference.device, member.device)
      assert.ok(difference.why.startsWith(member.way))
    }
    assert.ok(differences.some((difference) => difference.what === kind))
  })

test('found: messages that are nowhere in all', async () => {
  const { differences } = await judged({ difference: 3 })
  assert.deepEqual(
    differences.map(({ what, shown }) => [what, shown]),
    [['balance', '3 unaccounted messages']],
  )
})

test('a bay that is held occupied is no difference where it is marked as flapping, and one that is held free is', async () => {
  const bay = (id: string) => (id === free.bay ? true : right.bay(id))
  const { differences, flapping } = await judged({ bay, flaps: true })
  assert.deepEqual([differences, flapping], [[], 1])
  const wrong = await judged({
    bay: (id) => (id === exact.bay ? !right.bay(id) : right.bay(id)),
    flaps: presenceAfter(exact.history).at(-1) === true,
  })
  assert.equal(wrong.differences.length, 1)
})

function changed({ device: id }: Member, change: (device: Device) => Device) {
  const view = viewOf()
  return (asked: string) => {
    const device = view.device(asked)
    return device && asked === id ? change(device) : device
  }
}

function framesOf({ device }: Member, more: { readonly committed: number; readonly duplicate?: number }) {
  const view = viewOf()
  return (asked: string) => {
    const frames = view.frames(asked)
    if (asked !== device) return frames
    return {
      ...frames,
      committed: frames.committed + more.committed,
      duplicate: frames.duplicate + (more.duplicate ?? 0),
    }
  }
}

function wrongMeasure(device: Device): Device {
  const name = measures.find(({ name }) => device[name] !== undefined)?.name
  assert.ok(name)
  return { ...device, [name]: (device[name] ?? 0) + 1 }
}

function later(time: string): string {
  return new Date(Date.parse(time) + 60_000).toISOString()
}
