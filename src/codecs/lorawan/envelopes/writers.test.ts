/** Each envelope can be written, and what was written is read again with the same fields. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseModel } from '../choose-model.ts'
import { envelopes } from './registry.ts'
import type { WrittenUplink } from './writer.ts'
import { envelopeWriters } from './writers.ts'

const uplink: WrittenUplink = {
  device: 'F1E0000000000001',
  session: '26011F22',
  seq: 17,
  time: Date.UTC(2026, 10, 23, 8),
  fPort: 2,
  bytes: Uint8Array.of(1, 255),
  gateway: '0016C001F1500812',
  rssiDbm: -80,
  snrDb: 7,
  isCopy: false,
}

test('every envelope has a writer, and every writer an envelope', () => {
  assert.deepEqual(
    envelopeWriters.map(({ name }) => name),
    envelopes.map(({ name }) => name),
  )
})

for (const { name, query, write, decodes, ports, times, sessions } of envelopeWriters)
  for (const [what, changed] of Object.entries({
    'an uplink': {},
    'the first of a session': { seq: 0, session: '00AB12CD' },
    'another number': { seq: 18, isCopy: true },
    'a decoded one': decodes ? { decoded: { occupied: true } } : {},
  }))
    test(`${name} reads ${what} as it was written, and no other envelope takes it first`, () => {
      const sent = { ...uplink, ...changed }
      const body = JSON.parse(JSON.stringify(write(sent)))
      const event = query === undefined ? undefined : (new URLSearchParams(query).get('event') ?? undefined)
      const reader = envelopes.find(({ read }) => read(body, { event }))
      assert.equal(reader?.name, name)
      const message = reader?.read(body, { event })
      assert.equal(message?.kind, 'uplink')
      if (message?.kind !== 'uplink') return
      assert.deepEqual(
        [message.device, message.seq, message.time, message.fPort, message.bytes?.toHex(), message.radio.rssiDbm],
        [sent.device, sent.seq, times ? sent.time : undefined, ports ? 2 : undefined, '01ff', -80],
      )
      assert.equal(message.session !== undefined, sessions)
      assert.deepEqual(message.decoded, 'decoded' in changed ? changed.decoded : undefined)
    })

for (const { name, names, write, query } of envelopeWriters.filter((writer) => writer.names !== 'nothing'))
  test(`${name} names the model as it was entered: ${names}`, () => {
    const model = { decoder: 'bosch-tps110', vendor: 'bosch', id: 'tps110' }
    const body = JSON.parse(JSON.stringify(write({ ...uplink, model })))
    const message = envelopes.find((each) => each.name === name)?.read(body, { event: query ? 'up' : undefined })
    assert.ok(message?.kind === 'uplink')
    const choice = chooseModel(uplink.device, message.identifiers, { ofDevice: () => undefined })
    assert.equal(choice.kind === 'model' && choice.model.name, 'bosch-tps110')
  })

test('two sessions are two in every envelope that names them', () => {
  for (const { name, sessions, write, query } of envelopeWriters.filter((writer) => writer.sessions)) {
    const event = query ? 'up' : undefined
    const sessionOf = (session: string) => {
      const body = JSON.parse(JSON.stringify(write({ ...uplink, session })))
      const message = envelopes.find((each) => each.name === name)?.read(body, { event })
      return message?.kind === 'uplink' ? message.session : undefined
    }
    assert.ok(sessions && sessionOf('00000001') !== sessionOf('00000002'), name)
  }
})
