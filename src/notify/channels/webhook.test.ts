import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { createAddressList } from '../../lib/address-list.ts'
import { type ChannelSettingsOf, notificationsSchema } from '../settings.ts'
import { answering, httpReceiver } from '../testing/http-receiver.ts'
import { messageUnderTest, partsUnderTest } from '../testing/message-under-test.ts'
import type { ChannelParts } from './channel.ts'
import { webhookChannel } from './webhook.ts'

const signal = new AbortController().signal
function channelTo(url: string, parts: Partial<ChannelParts> = {}, more: object = {}) {
  const { channels } = notificationsSchema.parse({ channels: { hook: { kind: 'webhook', url, ...more } } })
  return webhookChannel(channels['hook'] as ChannelSettingsOf<'webhook'>, partsUnderTest(parts))
}

test('the body is signed with its time, and the key is the same in every attempt', async () => {
  await using receiver = await httpReceiver()
  const channel = channelTo(receiver.url, { secret: () => 'geheim' }, { secretFile: 'hook.secret' })
  for (let attempt = 0; attempt < 2; attempt++)
    assert.equal((await channel.send(messageUnderTest(), signal)).is, 'sent')
  const [first, second] = receiver.requests
  assert.ok(first && second)
  const [, time, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(first.headers['baykeeper-signature'])) ?? []
  assert.equal(time, String(Date.parse('2026-11-23T08:00:00Z') / 1_000))
  assert.equal(v1, createHmac('sha256', 'geheim').update(`${time}.${first.body}`).digest('hex'))
  assert.deepEqual([first.headers['idempotency-key'], second.headers['idempotency-key']], ['k1', 'k1'])
  const { title, events, key, version } = JSON.parse(first.body)
  assert.deepEqual([title, key, version, events.length], ['Raised: Säule 3 ist 📡 (north)', 'k1', 1, 1])
  assert.equal(events[0].at, '2026-11-23T08:00:00.000Z')
})

test('a secret that cannot be read stops the message, which is not sent without a signature', async () => {
  await using receiver = await httpReceiver()
  const outcome = await channelTo(receiver.url, {}, { secretFile: 'gone' }).send(messageUnderTest(), signal)
  assert.deepEqual([outcome.is, receiver.requests.length], ['failed', 0])
})

test('each answer has the outcome of its kind', async () => {
  await using receiver = await httpReceiver()
  const channel = channelTo(receiver.url)
  const outcomes: [number, Record<string, string>, object][] = [
    [200, {}, { is: 'sent' }],
    [204, {}, { is: 'sent' }],
    [302, { location: 'http://127.0.0.1/' }, { is: 'failed', permanent: false, reached: true }],
    [400, {}, { is: 'failed', permanent: true }],
    [404, {}, { is: 'failed', permanent: true }],
    [408, {}, { is: 'failed', permanent: false, reached: true }],
    [410, {}, { is: 'failed', permanent: true }],
    [425, {}, { is: 'failed', permanent: false, reached: false }],
    [429, { 'retry-after': '90' }, { is: 'failed', permanent: false, reached: false, retryAfterMs: 90_000 }],
    [500, {}, { is: 'failed', permanent: false, reached: true }],
    [
      503,
      { 'retry-after': 'Mon, 23 Nov 2026 08:02:00 GMT' },
      { is: 'failed', permanent: false, retryAfterMs: 120_000 },
    ],
  ]
  for (const [status, headers, expected] of outcomes) {
    receiver.behave(answering(status, headers))
    const outcome = await channel.send(messageUnderTest(), signal)
    assert.deepEqual({ ...outcome, ...expected }, outcome, String(status))
  }
})

test('an address that a person gave is called without the signature of the channel', async () => {
  await using receiver = await httpReceiver()
  const isAllowedPersonal = createAddressList(['127.0.0.0/8'])
  const channel = channelTo('https://hooks.example.org/', { secret: () => 'geheim', isAllowedPersonal })
  assert.equal((await channel.send({ ...messageUnderTest(), address: receiver.url }, signal)).is, 'sent')
  assert.equal(receiver.requests[0]?.headers['baykeeper-signature'], undefined)
})

test('an address that a person gave may not be one that the administrator allows for the channel', async () => {
  await using receiver = await httpReceiver()
  const channel = channelTo(receiver.url)
  assert.equal((await channel.send({ ...messageUnderTest(), address: receiver.url }, signal)).is, 'failed')
  assert.equal(receiver.requests.length, 0)
  assert.equal((await channel.send(messageUnderTest(), signal)).is, 'sent')
})

test('the target that is shown holds no path, since a path may be a secret', () => {
  assert.equal(channelTo('https://hooks.example.org/services/T00/B00/XXX').target, 'https://hooks.example.org')
})
