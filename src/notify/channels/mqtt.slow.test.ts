/** MQTT against Mosquitto, which is restarted and away. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { test } from 'node:test'
import mqtt from 'mqtt'
import { startMosquitto } from '../../../test/faults/mosquitto.ts'
import { missing } from '../../../tools/parts.ts'
import { type ChannelSettingsOf, notificationsSchema } from '../settings.ts'
import { messageUnderTest, partsUnderTest } from '../testing/message-under-test.ts'
import { mqttChannel, topicOf } from './mqtt.ts'

const signal = new AbortController().signal
function channelTo(url: string, more: object = {}) {
  const { channels } = notificationsSchema.parse({
    channels: { bus: { kind: 'mqtt', url, timeoutSeconds: 2, ...more } },
  })
  return mqttChannel(channels['bus'] as ChannelSettingsOf<'mqtt'>, partsUnderTest())
}

test('a value of an alert adds no level and no wildcard to the topic', () => {
  const message = messageUnderTest({ site: 'a/b+#', alert: 'x\u0000y', rule: '$SYS/z' })
  assert.equal(
    topicOf('p/{site}/{alert}/{rule}/{event}/{severity}/{other}', message),
    'p/a_b__/x_y/$SYS_z/raised/critical/{other}',
  )
})

test('a message is confirmed by the broker, also after a restart, and a retained one is kept', {
  skip: missing('mosquitto'),
}, async () => {
  await using broker = await startMosquitto()
  const channel = channelTo(broker.url, { retain: true })
  assert.equal((await channel.send(messageUnderTest(), signal)).is, 'sent')
  await broker.restart()
  assert.equal((await channel.send(messageUnderTest({ alert: 'a2' }), signal)).is, 'sent')
  const client = mqtt.connect(broker.url)
  const got: string[] = []
  const both = Promise.withResolvers<void>()
  client.on('message', (topic, payload) => {
    got.push(`${topic} ${JSON.parse(payload.toString()).key}`)
    if (got.length === 2) both.resolve()
  })
  await client.subscribeAsync('baykeeper/#')
  await both.promise
  await client.endAsync()
  assert.deepEqual(got.sort(), ['baykeeper/alerts/north/a1 k1', 'baykeeper/alerts/north/a2 k1'])
})

test('a broker that is not there has nothing; one that confirms nothing may have the message', async (t) => {
  const gone = await channelTo('mqtt://127.0.0.1:1').send(messageUnderTest(), signal)
  assert.ok(gone.is === 'failed' && gone.unreachable && !gone.reached, gone.detail)
  // Accepts the connection and answers nothing else.
  const mute = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(Buffer.from([0x20, 2, 0, 0]))
      socket.on('data', (bytes) => bytes[0] === 0x32 && socket.destroy())
    })
  })
  mute.listen(0, '127.0.0.1')
  await once(mute, 'listening')
  t.after(() => mute.close())
  const lost = await channelTo(`mqtt://127.0.0.1:${(mute.address() as AddressInfo).port}`).send(
    messageUnderTest(),
    signal,
  )
  assert.ok(lost.is === 'failed' && lost.reached, lost.detail)
})
