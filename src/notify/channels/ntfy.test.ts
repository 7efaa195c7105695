import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChannelSettingsOf, notificationsSchema } from '../settings.ts'
import { httpReceiver } from '../testing/http-receiver.ts'
import { messageUnderTest, partsUnderTest } from '../testing/message-under-test.ts'
import { cutToBytes, headerText, ntfyChannel } from './ntfy.ts'

const signal = new AbortController().signal
const decoded = (value: unknown) =>
  String(value)
    .split(' ')
    .map((word) => /^=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=$/.exec(word)?.[1] ?? assert.fail(word))
    .map((base64) => Buffer.from(base64, 'base64').toString())
    .join('')

test('a push has title, priority, tags, click and token, and its text as the body', async () => {
  await using receiver = await httpReceiver()
  const url = `http://127.0.0.1:${receiver.port}`
  const section = { kind: 'ntfy', url, topic: 'duty', click: 'https://parking.example.org/alerts', tags: ['car'] }
  const { channels } = notificationsSchema.parse({ channels: { push: section } })
  const channel = ntfyChannel(channels['push'] as ChannelSettingsOf<'ntfy'>, partsUnderTest({ secret: () => 'tk_1' }))
  assert.equal((await channel.send(messageUnderTest(), signal)).is, 'sent')
  const [request] = receiver.requests
  assert.ok(request)
  assert.equal(request.url, '/duty')
  assert.equal(decoded(request.headers['title']), 'Raised: Säule 3 ist 📡 (north)')
  const { priority, tags, click, authorization } = request.headers
  assert.deepEqual([priority, tags, click], ['5', 'rotating_light,car', 'https://parking.example.org/alerts'])
  assert.equal(authorization, 'Bearer tk_1')
  assert.match(request.body, /Check it\./)
  await channel.send(messageUnderTest({ event: 'cleared', title: 'Post 3' }), signal)
  assert.deepEqual(
    [receiver.requests[1]?.headers['priority'], receiver.requests[1]?.headers['title']],
    ['3', 'Cleared: Post 3 (north)'],
  )
})

test('a header is ASCII for every text, and reads as the text', () => {
  assert.equal(headerText('Bay 3 is silent'), 'Bay 3 is silent')
  for (const text of ['é', 'Säule', '駐車場', '📡'.repeat(80), '=?UTF-8?B?eA==?=', 'Ma 4 éve']) {
    const value = headerText(text)
    assert.match(value, /^[\x21-\x7e ]+$/, text)
    for (const word of value.split(' ')) assert.ok(word.length <= 75, `${word.length} characters`)
    assert.equal(decoded(value), text)
  }
})

test('a long text is cut between letters', () => {
  assert.equal(cutToBytes('abc', 10), 'abc')
  const cut = cutToBytes('ä'.repeat(3_000), 4_000)
  assert.ok(Buffer.byteLength(cut) <= 4_000)
  assert.match(cut, /^ä+…$/)
  assert.match(cutToBytes('📡'.repeat(2_000), 4_001), /^(📡)+…$/u)
})
