/** Names of sources, client ids and proxies as the configuration gives them, and the faults it reports. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { clientIds } from '../sources/mqtt/client-ids.ts'
import { loadConfig } from './config.ts'
import { sourceNames } from './source-names.ts'

/** Loads `text` as the configuration file, with no environment. */
function configOf(t: TestContext, text: string) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'baykeeper-config-'))
  t.after(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(path.join(cwd, 'baykeeper.yaml'), text)
  return loadConfig({ cwd, env: {} }).config
}

test('no proxy is trusted until one is named, and a name that is no address is a fault with its line', (t) => {
  assert.deepEqual(configOf(t, 'port: 8080').trustedProxies, [])
  assert.deepEqual(configOf(t, 'trustedProxies: [10.0.0.0/8, "::1"]').trustedProxies, ['10.0.0.0/8', '::1'])
  assert.throws(
    () => configOf(t, 'port: 8080\ntrustedProxies:\n  - 10.0.0.0/8\n  - 10.0.0.0/33\n'),
    /baykeeper\.yaml:4: trustedProxies\.1: "10\.0\.0\.0\/33" is no address; write one like/,
  )
})

/** Names by source, and the client ids of the brokers. */
function namesOf(t: TestContext, text: string) {
  const config = configOf(t, text)
  const names = sourceNames(config)
  const of = (key: string) => names.get(key)?.map(({ name }) => name) ?? []
  const ids = clientIds(config.brokers)
  return {
    mqtt: of('mqtt')[0],
    serial: of('serial'),
    brokers: of('brokers').map((name, i) => ({ name, clientId: ids[i] })),
  }
}

test('a source that was configured alone keeps its name, and every further one has a different name', (t) => {
  assert.equal(namesOf(t, 'port: 8080').mqtt, 'mqtt')
  const one = namesOf(t, 'brokers: [{ url: "mqtt://a" }]')
  assert.deepEqual([one.mqtt, one.brokers], ['mqtt-broker', [{ name: 'mqtt', clientId: 'baykeeper' }]])
  const named = namesOf(
    t,
    'mqtt: { name: yard }\nbrokers: [{ url: "mqtt://a", name: north }]\nserial: [{ path: /dev/a }]',
  )
  assert.deepEqual([named.mqtt, named.brokers[0]?.name, named.serial], ['yard', 'north', ['serial']])
  const several = namesOf(
    t,
    'brokers: [{ url: "mqtt://a" }, { url: "mqtt://b" }, { url: "mqtt://A:1883", version: 4 }]',
  )
  assert.deepEqual(
    [several.mqtt, several.brokers.map(({ name, clientId }) => `${name} ${clientId}`)],
    ['mqtt', ['mqtt-1 baykeeper', 'mqtt-2 baykeeper', 'mqtt-3 baykeeper-2']],
  )
  const same = namesOf(t, 'brokers: [{ url: "mqtt://a/" }, { url: "mqtt://a" }]')
  assert.deepEqual(
    same.brokers.map(({ clientId }) => clientId),
    ['baykeeper', 'baykeeper-2'],
  )
})

test('two sources of one name, two clients of one id and one port twice are faults with their line', (t) => {
  for (const [text, fault] of [
    ['brokers:\n  - { url: "mqtt://a", name: x }\n  - { url: "mqtt://b", name: x }', /:3: brokers\.1\.name: .*"x"/],
    ['serial:\n  - { path: /dev/a, name: mqtt }', /:1: mqtt\.name: the built-in broker and serial port 1/],
    [
      'serial:\n  - { path: /dev/a, name: udp }',
      /:2: serial\.0\.name: .* UDP datagrams would both be the source "udp"/,
    ],
    ['serial:\n  - { path: /dev/a, name: simulator }', /:2: serial\.0\.name/],
    ['mqtt: { name: tcp }', /:1: mqtt\.name: the built-in broker and TCP lines/],
    [
      'brokers:\n  - { url: "mqtt://a", name: mqtt-2 }\n  - { url: "mqtt://b" }',
      /:3: brokers\.1: |:3: brokers\.1\.name/,
    ],
    [
      'brokers:\n  - { url: "mqtt://a", clientId: x }\n  - { url: "mqtt://a", clientId: x }',
      /:3: brokers\.1\.clientId: .*end each other/,
    ],
    ['serial:\n  - { path: /dev/a }\n  - { path: /dev/a }', /:3: serial\.1\.path: .* serial port 1 already/],
  ] as const)
    assert.throws(() => configOf(t, text), fault, text)
  assert.equal(configOf(t, 'mqtt: { port: off }\nserial: [{ path: /dev/a, name: mqtt }]').serial.length, 1)
})
