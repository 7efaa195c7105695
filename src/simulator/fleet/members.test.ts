/** A fleet covers what the registries hold, and is the same for the same seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lorawanCodec } from '../../codecs/lorawan/decode.ts'
import { envelopeWriters } from '../../codecs/lorawan/envelopes/writers.ts'
import { models } from '../../codecs/lorawan/models.ts'
import { instant } from '../../lib/brand.ts'
import { createRandom } from '../random.ts'
import type { TrueReading } from '../world/history.ts'
import { recordsOfMember } from './member-records.ts'
import { createMembers, type Fleet, ways } from './members.ts'
import { fleetModels } from './models.ts'
import { mixed } from './run.ts'

const fleet: Fleet = { seed: 3, devices: 800, begin: Date.UTC(2026, 10, 23, 20), ways }
const members = createMembers(fleet)
const all = Array.from({ length: fleet.devices }, (_, index) => members.member(index))

test('every model that the product knows is in a fleet, with frames whose meaning is known', () => {
  const names = fleetModels().map(({ name }) => name)
  assert.deepEqual(names.toSorted(), models.map(({ name }) => name).toSorted())
})

test('every envelope carries every model that it can', () => {
  const pairs = new Set(
    all.flatMap(({ lorawan }) => (lorawan ? [`${lorawan.envelope.name} ${lorawan.model.name}`] : [])),
  )
  for (const { name, ports, decodes } of envelopeWriters)
    for (const model of fleetModels())
      if (model.needs === 'bytes' ? ports : decodes)
        assert.ok(pairs.has(`${name} ${model.name}`), `${name} ${model.name}`)
})

test('every way, and every fault of boards and lines, is in it', () => {
  assert.deepEqual(new Set(all.map(({ way }) => way)), new Set(ways))
  const traits = new Set(all.flatMap(({ history }) => history.traits))
  for (const fault of [
    ...[
      'restarted',
      'rejoined',
      '8 bit counter',
      '16 bit counter',
      'clock drifts',
      'clock ten minutes ahead',
      'frames lost',
    ],
    ...['newest first', 'one frame again', 'copies by other gateways', 'backlog after a restart', 'counter reset'],
  ])
    assert.ok(traits.has(fault), fault)
})

test('the same seed gives the same frames, another seed others', () => {
  const textsOf = (seed: number) =>
    recordsOfMember(createMembers({ ...fleet, seed }).member(17)).flatMap(({ texts }) => texts)
  assert.deepEqual(textsOf(3), textsOf(3))
  assert.notDeepEqual(textsOf(3), textsOf(4))
})

test('no device clock that is right is outside the trust window of a server that is sent to now', () => {
  for (const { history } of all) {
    if (!history.clockTrusted) continue
    for (const { wire } of history.deliveries.map(({ reading }) => history.readings[reading] as TrueReading))
      if (wire.time !== undefined) {
        assert.ok(wire.time < fleet.begin + 120_000)
        assert.ok(wire.time > fleet.begin - 23 * 3_600_000)
      }
  }
})

test('a webhook is read as its device, under its number', () => {
  for (const member of all.filter(({ lorawan }) => lorawan?.envelope.names === 'decoder').slice(0, 60)) {
    const [record] = recordsOfMember(member)
    const frame = new TextEncoder().encode(record?.texts[0])
    const meta = { query: record?.query ?? '' }
    const result = lorawanCodec.decode(frame, { arrivedAt: instant(fleet.begin), meta })
    assert.ok(result.ok, `${member.lorawan?.model.name}: ${JSON.stringify(result)}`)
    assert.equal(result.value[0]?.device, member.device)
  }
})

test('an outage of a gateway changes the order between devices, not that of one', () => {
  const records = all.slice(0, 40).map(recordsOfMember)
  let outages = 0
  for (let seed = 0; seed < 30; seed++) {
    const { records: sent, hadOutage } = mixed(createRandom(seed), records)
    if (hadOutage) outages++
    assert.equal(sent.length, records.flat().length)
    for (const own of records)
      assert.deepEqual(
        sent.filter(({ member }) => member === own[0]?.member),
        own,
      )
  }
  assert.ok(outages > 0)
})
