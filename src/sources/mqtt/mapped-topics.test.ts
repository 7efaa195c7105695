/** Topics of other programs, by way of the built-in broker and of a broker that is subscribed to: each message carries the rule that reads it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mappedTopicCodec } from '../../codecs/mapped-topic/decode.ts'
import { rulesOf, topicMapping } from '../../domain/topic-mapping.ts'
import { instant } from '../../lib/brand.ts'
import type { Delivery } from '../source.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { openBroker } from './broker-under-test.ts'
import { mqttClient } from './client-declaration.ts'
import { publish } from './raw-client.ts'
import { scriptedBroker } from './scripted-broker.ts'

const mapping = topicMapping.parse([{ preset: 'zigbee2mqtt' }])
const read = ({ bytes, meta = {} }: Delivery) => {
  const result = mappedTopicCodec.decode(bytes, { arrivedAt: instant(0), meta })
  return result.ok ? result.value : result.error
}

test('the built-in broker takes topics of a preset as readings, and its own topics as before', async (t) => {
  const { context, client } = await openBroker(t, { rules: rulesOf(mapping) })
  const { send, answers } = await client()
  send(
    publish(1, '{"occupancy":true}', { topic: 'zigbee2mqtt/bay-7' }),
    publish(2, 'x', { topic: 'baykeeper/A/reading' }),
    publish(3, 'x', { topic: 'lot/7' }),
  )
  await context.until(() => answers().length === 3)
  assert.deepEqual(
    context.durable.map(({ codec }) => codec),
    ['mapped-topic', 'generic', 'unmatched-topic'],
  )
  assert.deepEqual(read(context.durable[0] as Delivery), [{ device: 'bay-7', measures: { occupied: true } }])
  await context.until(() => context.reported.figures?.['unmatched_messages'] === 1)
})

test('a client subscribes to the topics of its mapping, and marks what the broker had kept', async (t) => {
  const broker = await scriptedBroker({
    kept: [publish(7, '{"occupancy":false}', { topic: 'zigbee2mqtt/bay-7', retain: true })],
  })
  t.after(() => broker[Symbol.asyncDispose]())
  const [settings] = mqttClient.settings.parse([{ url: broker.url, mapping: [{ preset: 'zigbee2mqtt' }], version: 4 }])
  assert.ok(settings)
  const context = createFakeContext()
  const stopper = new AbortController()
  const source = await mqttClient.create([settings], 0, { name: 'mqtt' } as Parameters<typeof mqttClient.create>[2])
  const running = source.run(stopper.signal, context)
  t.after(async () => {
    stopper.abort()
    await running.catch(() => {})
  })
  await context.until(() => context.durable.length === 1)
  const [delivery] = context.durable
  assert.deepEqual([delivery?.codec, delivery?.meta?.['retain']], ['mapped-topic', '1'])
  assert.deepEqual(read(delivery as Delivery), [{ device: 'bay-7', measures: { occupied: false } }])
  const subscription = () => broker.peers.flatMap(({ heard }) => heard).find(({ cmd }) => cmd === 'subscribe')
  await context.until(() => subscription() !== undefined)
  const asked = subscription()
  assert.deepEqual(asked?.cmd === 'subscribe' && asked.subscriptions.map(({ topic }) => topic), [
    'baykeeper/+/reading',
    'zigbee2mqtt/+/availability',
    'zigbee2mqtt/+',
  ])
})
