import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reservedSource } from './reserved-names.ts'

test('names of the server’s own sources are refused, numbered and in any case too', () => {
  for (const name of [
    'tcp',
    'udp',
    'mqtt',
    'http',
    'serial',
    'simulator',
    'desk',
    'replay',
    'mqtt-1',
    'mqtt-broker',
    'Serial-12',
    'TCP',
  ])
    assert.match(reservedSource(name) ?? '', /reserved/, name)
})

test('a name of the configuration is refused', () => {
  assert.match(reservedSource('gate', ['Gate']) ?? '', /configuration/)
})

test('other names are free', () => {
  for (const name of ['my-gateway', 'mqtt-hall', 'tcp2', 'north-1', 'first'])
    assert.equal(reservedSource(name, ['gate']), undefined, name)
})
