/** A person who waits for a bay gets one message when it is free, and the server keeps no address of the person afterwards. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { SMTPServer } from 'smtp-server'
import { httpReceiver } from '../src/notify/testing/http-receiver.ts'
import { apiOf, ingestToken, startServer } from './fixtures/server.ts'

const layout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50, zones: [{ id: 'deck', name: 'Deck' }] },
          bays: [{ id: 'b1', x: 0, y: 0, zones: ['deck'], device: 's1' }],
        },
      ],
    },
  ],
}

const person = 'ann.of.the.tests@example.org'

test('a wait is met once, by a free bay, at the address of the person, which is deleted then', async () => {
  await using duty = await httpReceiver()
  const mails: { to: string; text: string }[] = []
  await using mail = await mailServer(mails)
  const place = await mkdtemp(path.join(tmpdir(), 'baykeeper-waiting-'))
  const config = path.join(place, 'config.yaml')
  const channels = { hook: { kind: 'webhook', url: duty.url, events: [] }, mail: mail.channel }
  await writeFile(config, JSON.stringify({ notifications: { channels, allowAddresses: ['127.0.0.0/8'] } }))
  const dataDir = path.join(place, 'data')
  try {
    await using server = await startServer({ dataDir, flags: ['--config', config] })
    const { web, ingest } = server.ready
    const api = apiOf(web)
    const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
    const report = (seq: number, occupied: boolean) =>
      fetch(`${ingest}/ingest/v1`, { method: 'POST', headers, body: JSON.stringify([{ device: 's1', seq, occupied }]) })
    await api.call(routes.publishLayout, { body: layout as never })
    await report(1, true)
    const bay = async () => (await api.answer(routes.bay, { params: { id: 'b1' } })).status
    await until(async () => (await bay()) === 200, 'the layout is in effect')
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    const wait = { site: 'south', zone: 'deck', channel: 'hook', until: soon }
    await until(async () => (await api.call(routes.notificationChannels, {})).state === 'running', 'the notifier runs')
    await api.call(routes.beginWait, { body: { ...wait, id: 'w1', channel: 'mail', address: person } })
    await api.call(routes.beginWait, { body: { ...wait, id: 'w2' } })
    await until(async () => (await api.call(routes.waits, {})).items.length === 2, 'two wait')
    await api.call(routes.endWait, { params: { id: 'w2' } })
    const refused = await api.answer(routes.beginWait, { body: { ...wait, channel: 'other' } })
    assert.equal(refused.status, 404)
    await report(2, false)
    await until(async () => mails.length === 1, 'the message')
    assert.equal(mails[0]?.to, person)
    assert.match(mails[0]?.text ?? '', /Bay b1 is free/)
    await until(async () => (await api.call(routes.waits, {})).items.length === 0, 'the wait has ended')
    assert.equal(duty.requests.length, 0)
    await until(async () => !(await holds(dataDir, person)), 'the address is deleted')
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  }
})

async function mailServer(mails: { to: string; text: string }[]) {
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo[0]?.address ?? '', text: Buffer.concat(chunks).toString() })
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const common = { kind: 'email', host: '127.0.0.1', port, tls: 'none', events: [] }
  return {
    channel: { ...common, from: 'parking@example.org', to: ['duty@example.org'] },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}

/** Whether a file of the directory holds the text; free pages of a database are files too. */
async function holds(dir: string, text: string): Promise<boolean> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(path.join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0))
    if (bytes.includes(text)) return true
  }
  return false
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + 60_000; !(await condition()); await sleep(100))
    if (performance.now() > end) assert.fail(`not in time: ${what}`)
}
