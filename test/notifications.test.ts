/**
 * An alert that is acknowledged to who raised it reaches its receiver, whichever process is killed, and under one key. A database that is
 * built again from the journal sends nothing a second time.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { httpReceiver, type ReceivedRequest } from '../src/notify/testing/http-receiver.ts'
import { runCli } from './fixtures/cli.ts'
import { apiOf, type ProcessName, startServer, type TestServer } from './fixtures/server.ts'

const victims: readonly ProcessName[] = ['notifier', 'processor', 'notifier', 'intake', 'web', 'notifier']
const alertsEach = 12
const drainMsMax = 60_000

/** Keys under which each event has come, by title and event. */
function keysOf(requests: readonly ReceivedRequest[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>()
  for (const { body } of requests) {
    const { key, events } = JSON.parse(body) as { key: string; events: { title: string; event: string }[] }
    for (const { title, event } of events) keys.getOrInsertComputed(`${title} ${event}`, () => new Set()).add(key)
  }
  return keys
}

/** Titles of the alerts that the server has acknowledged. */
async function raise(server: TestServer, round: number): Promise<string[]> {
  const titles = Array.from({ length: alertsEach }, (_, n) => `Alert ${round}-${n}`)
  const done = await Promise.all(
    titles.map(async (title, n) => {
      await sleep(n * 40)
      const body = { id: `r${round}-${n}`, title, severity: 'critical' as const }
      // Without an answer nothing was promised.
      const answer = await apiOf(server.ready.web)
        .answer(routes.makeAlert, { body })
        .catch(() => undefined)
      return answer && (answer.status === 200 || answer.status === 202) ? [title] : []
    }),
  )
  return done.flat()
}

test('no alert is lost and none is sent under two keys while processes are killed, and a rebuild sends nothing', async () => {
  await using receiver = await httpReceiver(
    (response, _, count) => void response.writeHead(count % 5 === 0 ? 500 : 200).end(),
  )
  const place = await mkdtemp(path.join(tmpdir(), 'baykeeper-notifications-'))
  const dataDir = path.join(place, 'data')
  const config = path.join(place, 'config.yaml')
  await writeFile(
    config,
    JSON.stringify({
      notifications: { channels: { hook: { kind: 'webhook', url: receiver.url } }, allowAddresses: ['127.0.0.0/8'] },
    }),
  )
  const flags = ['--config', config]
  try {
    let acknowledged: string[] = []
    {
      await using server = await startServer({ dataDir, flags })
      await isFollowing(server)
      for (const [round, victim] of victims.entries()) {
        const raised = raise(server, round)
        await sleep(150)
        const old = await server.kill(victim)
        acknowledged = [...acknowledged, ...(await raised)]
        await server.back(victim, old)
      }
      const isThere = () => {
        const keys = keysOf(receiver.requests)
        return acknowledged.every((title) => keys.has(`${title} raised`))
      }
      for (const end = performance.now() + drainMsMax; !isThere(); await sleep(100))
        assert.ok(performance.now() < end, `not all alerts have come: ${server.logs().slice(-2_000)}`)
      await isIdle(server)
      assert.equal(await server.stop(), 0)
    }
    const keys = keysOf(receiver.requests)
    assert.deepEqual(
      [...keys].filter(([, { size }]) => size > 1).map(([name]) => name),
      [],
    )
    assert.ok(acknowledged.length > victims.length, `only ${acknowledged.length} alerts were acknowledged`)
    const before = keys.size

    const rebuilt = path.join(place, 'rebuilt.db')
    const { code, stderr } = await runCli([
      'rebuild',
      '--data',
      dataDir,
      '--config',
      config,
      '--store',
      `sqlite:${rebuilt}`,
    ])
    assert.equal(code, 0, stderr)
    await using again = await startServer({ dataDir, flags: [...flags, '--store', `sqlite:${rebuilt}`] })
    await isFollowing(again)
    const last = `Alert after the rebuild`
    await apiOf(again.ready.web).call(routes.makeAlert, { body: { title: last, severity: 'critical' } })
    for (const end = performance.now() + drainMsMax; !keysOf(receiver.requests).has(`${last} raised`); await sleep(100))
      assert.ok(performance.now() < end, 'the new alert has not come')
    await isIdle(again)
    const after = keysOf(receiver.requests)
    assert.equal(after.size, before + 1)
    assert.deepEqual(
      [...after].filter(([, { size }]) => size > 1).map(([name]) => name),
      [],
    )
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  }
})

async function channelOf({ ready }: TestServer) {
  const { state, items } = await apiOf(ready.web).call(routes.notificationChannels, {})
  return { state, channel: items[0] }
}

async function isFollowing(server: TestServer): Promise<void> {
  for (const end = performance.now() + drainMsMax; (await channelOf(server)).state !== 'running'; await sleep(100))
    assert.ok(performance.now() < end, 'the notifier does not follow')
}

async function isIdle(server: TestServer): Promise<void> {
  for (const end = performance.now() + drainMsMax; (await channelOf(server)).channel?.pending !== 0; await sleep(200))
    assert.ok(performance.now() < end, 'deliveries are pending')
}
