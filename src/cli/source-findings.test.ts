import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { configSchema } from '../config/config.ts'
import { createWarningsFile } from '../config/source-warnings.ts'
import { mqttBrokerSource } from '../sources/mqtt/broker-source.ts'
import { createFakeContext } from '../sources/testing/fake-context.ts'
import { sourceFindings } from './source-findings.ts'

test('a broker that keeps no session, a missing client id, a port that is away: each is a warning with what to do', async (t) => {
  const stopper = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const tokens = { ingest: () => undefined }
  const listen = { host: '127.0.0.1', port: 0 }
  const broker = mqttBrokerSource({ listen, tokens, anonymous: true, onListening: resolve })
  const serving = broker.run(stopper.signal, createFakeContext())
  t.after(() => {
    stopper.abort()
    return serving
  })
  const url = await promise
  const config = configSchema.parse({
    udp: { port: 'off' },
    brokers: [{ url }],
    serial: [{ path: '/dev/nothing-here' }],
  })
  const findings = await sourceFindings(config, false)
  const warned = findings.filter(({ level }) => level === 'warning').map(({ what }) => what)
  for (const part of [/no client id/, /clean session/, /nothing-here is not there/])
    assert.ok(
      warned.some((what) => part.test(what)),
      `${part} in ${warned.join('\n')}`,
    )
  assert.equal(findings.filter(({ level }) => level === 'fault').length, 0)
})

test('a broker that does not answer is a fault', async () => {
  const config = configSchema.parse({ udp: { port: 'off' }, brokers: [{ url: 'mqtt://127.0.0.1:1', clientId: 'own' }] })
  assert.deepEqual(
    (await sourceFindings(config, false)).map(({ level }) => level),
    ['fault'],
  )
})

test('a port whose driver does not count shows "not available" instead of 0', async (t) => {
  if (process.platform !== 'linux') return t.skip('device files of Linux')
  const config = configSchema.parse({ udp: { port: 'off' }, serial: [{ path: '/dev/ptmx' }] })
  assert.deepEqual(await sourceFindings(config, false), [
    { level: 'ok', what: 'serial /dev/ptmx; overrun counters: not available' },
  ])
})

test('what the running server warns of is reported too, once', async (t) => {
  const data = await mkdtemp(path.join(os.tmpdir(), 'doctor-'))
  t.after(() => rm(data, { recursive: true }))
  const file = createWarningsFile(data)
  file.keep(new Map([['mqtt', { facts: { warnings: ['the broker kept no session', 'the broker kept no session'] } }]]))
  const config = configSchema.parse({ data, udp: { port: 'off' } })
  for (let tries = 0; tries < 100 && (await sourceFindings(config, true)).length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(await sourceFindings(config, true), [{ level: 'warning', what: 'mqtt: the broker kept no session' }])
  assert.deepEqual(await sourceFindings(config, false), [])
})
