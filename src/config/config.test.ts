/** What the configuration refuses, where it locates the fault, and that `config check` refuses what `start` refuses. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { configCheck } from '../cli/config.ts'
import { ConfigError, loadConfig } from './config.ts'
import { refuseFaulty } from './faults.ts'
import { environmentWarnings, siteWarnings } from './warnings.ts'

let room: string
before(async () => {
  room = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-config-'))
})
after(() => rm(room, { recursive: true, force: true }))

const data = () => `data: ${path.join(room, 'data')}`
const written = async (yaml: string) => {
  const file = path.join(room, 'baykeeper.yaml')
  await writeFile(file, yaml)
  return file
}
/** What `start` does with a configuration before anything else (cli/start.ts). */
async function started(file: string, env = {}) {
  await refuseFaulty(loadConfig({ file, env }), env)
}
async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (fault) {
    assert.ok(fault instanceof ConfigError, `${fault}`)
    return fault.message
  }
  return assert.fail('nothing was refused')
}

/** The fault is always on line 2 or below: line 1 is the data directory. */
const faulty: readonly (readonly [string, string, number, RegExp])[] = [
  ['a range that is none', 'tcp: { allow: ["10.0.0.0/33"] }', 2, /tcp\.allow\.0: "10\.0\.0\.0\/33" is no address/],
  ['an address that is none', 'udp:\n  allow:\n    - 10.1.2.3\n    - foo', 5, /udp\.allow\.1: "foo" is no address/],
  ['a topic with # in the middle', 'brokers:\n  - url: mqtt://h\n    topics: [a/#/b]', 4, /# may only be the last/],
  ['a topic with a partial wildcard', 'brokers:\n  - { url: "mqtt://h", topics: ["a/b+"] }', 3, /stand alone between/],
  ['a broker without a host', 'brokers:\n  - url: mqtt://', 3, /must name a host/],
  ['one port for two listeners', 'port: 9000\ningest: { port: 9000 }', 3, /9000 is the port of port too/],
  ['the port of a default', 'mqtt: { port: 8081 }', 2, /mqtt\.port: 8081 is the port of ingest\.port too/],
  [
    'one serial line twice',
    'serial:\n  - path: /dev/tty1\n  - path: /dev/tty1',
    4,
    /this is the path of serial port 1 already/,
  ],
  ['a host that is none', 'host: "0.0.0.0:80"', 2, /is not a host name or address/],
  ['a host that does not resolve', 'host: no-such-host.invalid', 2, /cannot be resolved/],
  ['a page host with a scheme', 'hosts: ["https://parking.example.org"]', 2, /write only the name/],
  ['an open listener without a list', 'host: 0.0.0.0', 2, /opens the TCP listener to the network/],
  ['a database without a name', 'store: mysql://user:secret@127.0.0.1', 2, /names no user, host or database/],
  ['a store of no kind', 'store: postgres://h/d', 2, /must be "sqlite"/],
  [
    'a password file that is absent',
    'store: mysql://u@h/d\nstorePasswordFile: none',
    3,
    /none cannot be read \(ENOENT\)/,
  ],
  ['a password file without a user', 'storePasswordFile: none', 2, /needs a store of the form mysql/],
  [
    'a closure that ends before it begins',
    'forecast: { sites: { a: { closures: [{ from: 2026-12-24, to: 2026-12-23 }] } } }',
    2,
    /2026-12-23 is before 2026-12-24/,
  ],
  [
    'Modbus open to the network',
    'signs:\n  modbus: { host: 0.0.0.0, registers: { a: 100 } }',
    3,
    /opens Modbus to the network/,
  ],
  [
    'signs whose registers overlap',
    'signs:\n  modbus: { registers: { a: 100, b: 107 } }',
    3,
    /register 107 belongs to a/,
  ],
  [
    'a topic of signs with a wildcard',
    'signs:\n  mqtt: { url: "mqtt://h", topic: "a/#" }',
    3,
    /is no topic to publish to/,
  ],
  [
    'the port of Modbus taken',
    'port: 9000\nsigns: { modbus: { port: 9000, registers: {} } }',
    3,
    /9000 is the port of port too/,
  ],
  ['a setting that does not exist', 'prot: 80', 2, /prot: no such setting/],
  ['text for a number', 'rawDays: many', 2, /rawDays: /],
]

describe('a faulty file', () => {
  for (const [name, yaml, line, what] of faulty)
    test(`${name} is refused by start and by config check, with the same text and its line`, async () => {
      const file = await written(`${data()}\n${yaml}\n`)
      const message = await refusal(started(file))
      assert.match(message, what)
      assert.match(message, new RegExp(`baykeeper\\.yaml:${line}: `))
      assert.ok(!message.includes('secret'), 'the password is not shown')
      assert.equal(await refusal(configCheck({ config: file })), message)
    })

  test('a data directory that is a file is refused with its line', async () => {
    const file = await written(`port: 0\ndata: ${import.meta.filename}\n`)
    assert.match(await refusal(configCheck({ config: file })), /baykeeper\.yaml:2: data: .*config\.test\.ts is a file/)
  })

  test('a short token in the environment is refused only where the server is open to the network', async () => {
    const env = { BAYKEEPER_API_KEY: 'short' }
    const open = await written(`${data()}\nhost: 0.0.0.0\ntcp: { port: off }\nudp: { port: off }\n`)
    assert.match(await refusal(started(open, env)), /BAYKEEPER_API_KEY has 5 characters/)
    await started(await written(`${data()}\n`), env)
  })
})

describe('the environment', () => {
  test('a file in another encoding than UTF-8 is refused with its line: no name in it is read as another', async () => {
    const file = path.join(room, 'latin-1.yaml')
    await writeFile(file, Buffer.from(`${data()}\ntrust: [M\u00fcnster]\n`, 'latin1'))
    assert.match(await refusal(started(file)), /latin-1\.yaml:2: is not UTF-8 text: save the file as UTF-8/)
  })

  const load = (env: Record<string, string>) => loadConfig({ env, cwd: room, flags: { data: room } }).config

  test('an empty variable counts as absent: it never becomes 0', () => {
    assert.equal(load({ BAYKEEPER_RETENTION_HOURS: '' }).retentionHours, 24)
    assert.equal(load({ BAYKEEPER_STORE: '' }).store, 'sqlite')
  })

  for (const [name, value] of [
    ['BAYKEEPER_RETENTION_HOURS', ' '],
    ['BAYKEEPER_RAW_DAYS', '0x10'],
    ['BAYKEEPER_LOG_JSON', 'nein'],
    ['BAYKEEPER_FORECAST', 'perhaps'],
    ['BAYKEEPER_FORECAST_NIGHT_HOUR', ''.padEnd(2)],
  ] as const)
    test(`${name}=${JSON.stringify(value)} is refused instead of becoming a default`, () => {
      assert.throws(() => load({ [name]: value }), new RegExp(`${name}: `))
    })

  test('a mistyped variable is named, one that is read elsewhere is not', () => {
    const env = { BAYKEEPER_PROT: '80', BAYKEEPER_PORT: '80', BAYKEEPER_API_KEY: 'k', BAYKEEPER_TEST_MYSQL: 'm' }
    assert.deepEqual(
      environmentWarnings(env).map((line) => line.split(' ')[0]),
      ['BAYKEEPER_PROT'],
    )
  })
})

describe('the password of the database', () => {
  test('is read from its file, beside the configuration, and percent-encoded', async () => {
    await writeFile(path.join(room, 'password'), 's€c/r@t:%\n')
    const file = await written('store: mysql://bk@127.0.0.1/baykeeper\nstorePasswordFile: password\n')
    const { store } = loadConfig({ file, env: {} }).config
    assert.equal(decodeURIComponent(new URL(store).password), 's€c/r@t:%')
  })

  test('in two places is refused', async () => {
    const file = await written('store: mysql://bk:one@127.0.0.1/baykeeper\nstorePasswordFile: password\n')
    assert.throws(() => loadConfig({ file, env: {} }), /has a password too/)
  })
})

test('a site of forecast.sites that the layout does not have is named with its line', async () => {
  const file = await written(`${data()}\nforecast:\n  sites:\n    centre: {}\n    mall: {}\n`)
  const [warning, ...more] = siteWarnings(loadConfig({ file, env: {} }), ['centre'])
  assert.match(warning ?? '', /baykeeper\.yaml:5: forecast\.sites\.mall: the layout has no such site; it has centre/)
  assert.deepEqual(more, [])
})
