import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { changeableTokens, openBroker } from './broker-under-test.ts'
import { publish, type RawPeer } from './raw-client.ts'

const soon = () => new Promise((resolve) => setTimeout(resolve, 60))
const withTokens = (t: TestContext) => {
  const tokens = changeableTokens({ good: { source: 'north' }, other: { source: 'south' } })
  return openBroker(t, { tokens }).then((broker) => ({ ...broker, tokens }))
}

async function granted(client: RawPeer, topic: string): Promise<number | undefined> {
  client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic, qos: 1 }] })
  await once(client.socket, 'data')
  const suback = client.heard.findLast(({ cmd }) => cmd === 'suback')
  return suback?.cmd === 'suback' ? (suback.granted[0] as number) : undefined
}

const north = { username: 'north', password: 'good' }
const south = { username: 'south', password: 'other' }
const topicsHeard = (client: RawPeer) =>
  client.heard.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))

test('an ingest token only sends: every subscription is refused', async (t) => {
  const { client } = await withTokens(t)
  const sender = await client({ clientId: 'gateway', ...north })
  for (const topic of ['#', '+/+/+', '$SYS/#', 'baykeeper/A-017/reading', 'commands/gateway'])
    assert.equal(await granted(sender, topic), 128, topic)
})

test('without a token a client reads what others without one send, and neither what tokens send nor $SYS', async (t) => {
  const { context, client } = await withTokens(t)
  const listener = await client({ clientId: 'listener' })
  assert.equal(await granted(listener, '$SYS/#'), 128)
  assert.equal(await granted(listener, '$SYS/+/new/clients'), 128)
  assert.equal(await granted(listener, '#'), 1)
  const sender = await client({ clientId: 'gateway', ...north })
  const open = await client({ clientId: 'open' })
  sender.send(publish(1, 'secret', { topic: 'baykeeper/S/reading' }))
  open.send(publish(1, 'open', { topic: 'baykeeper/O/reading' }))
  await context.until(() => context.durable.length === 2 && topicsHeard(listener).length > 0)
  await soon()
  assert.deepEqual(topicsHeard(listener), ['baykeeper/O/reading'])
})

test('the will of a client with a token goes only to the journal', async (t) => {
  const { context, client } = await withTokens(t)
  const listener = await client({ clientId: 'listener' })
  await granted(listener, '#')
  const will = { topic: 'baykeeper/W/reading', payload: Buffer.from('last'), qos: 1 as const, retain: true }
  const sender = await client({ clientId: 'gateway', ...north, will })
  sender.socket.destroy()
  await context.until(() => context.durable.length === 1)
  assert.deepEqual([context.durable[0]?.source, context.frames()], ['north', ['last']])
  await soon()
  assert.deepEqual(topicsHeard(listener), [])
})

test('a client id ends a connection of the same credential, and no other', async (t) => {
  const { context, client } = await withTokens(t)
  const clientId = 'gateway'
  const first = await client({ clientId, ...north })
  const others = [await client({ clientId, ...south }), await client({ clientId })]
  const wrong = await client({ clientId, username: 'north', password: 'guess' })
  assert.equal(wrong.returnCode, 4)
  // Looks like the id inside the broker, and is another one.
  others.push(await client({ clientId: 'north gateway' }))
  await soon()
  for (const peer of [first, ...others]) {
    assert.equal(peer.closed, false)
    peer.send(publish(1, 'here'))
  }
  await context.until(() => context.durable.length === 4)
  const again = await client({ clientId, ...north })
  await context.until(() => first.closed)
  assert.deepEqual([again.closed, ...others.map(({ closed }) => closed)], [false, false, false, false])
})

test('a token that is revoked, or replaced by another, ends its connections and no others', async (t) => {
  const { context, client, tokens } = await withTokens(t)
  const revoked = await client({ clientId: 'a', ...north })
  const kept = await client({ clientId: 'b', ...south })
  const open = await client({ clientId: 'c' })
  tokens.set({ new: { source: 'north' }, other: { source: 'south' } })
  await context.until(() => revoked.closed)
  for (const peer of [kept, open]) peer.send(publish(1, 'x'))
  await context.until(() => context.durable.length === 2)
})

test('times are trusted while the token allows it, on a connection that stays open too', async (t) => {
  const { context, client, tokens } = await withTokens(t)
  tokens.set({ good: { source: 'north', time: 'trust' } })
  const sender = await client({ clientId: 'a', ...north })
  const times = () => context.durable.map(({ time }) => time)
  sender.send(publish(1, 'a'))
  await context.until(() => times().length === 1)
  tokens.set({ good: { source: 'north' } })
  for (let id = 2; times().at(-1) === 'trust' && id < 100; id++) {
    sender.send(publish(id, 'b'))
    await context.until(() => times().length === id)
    await soon()
  }
  assert.deepEqual([times()[0], times().at(-1)], ['trust', undefined])
})
