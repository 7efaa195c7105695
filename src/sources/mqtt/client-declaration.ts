import * as z from 'zod'
import { filtersOf, rulesOf, topicMapping, topicMappingFaults } from '../../domain/topic-mapping.ts'
import { declareSource } from '../declaration.ts'
import { checkedText, sourceName, timePolicy, trust } from '../settings.ts'
import { brokerUrlFault } from './broker-url.ts'
import { clientIdFaults, clientIds } from './client-ids.ts'
import { mappingFindings } from './mapping-findings.ts'
import { defaultTopics, topicFilterFault } from './topic-filter.ts'

const broker = z.strictObject({
  url: checkedText(brokerUrlFault),
  name: sourceName.describe(
    'name of the source, part of every reading’s identity; default "mqtt", with several brokers mqtt-1, mqtt-2, ...',
  ),
  topics: z
    .array(checkedText(topicFilterFault))
    .min(1)
    .default([...defaultTopics]),
  clientId: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'stable: the broker keeps the session under it; default "baykeeper", of further entries baykeeper-2, ...',
    ),
  username: z.string().optional(),
  password: z.string().optional(),
  version: z
    .union([z.literal(4), z.literal(5)])
    .default(5)
    .describe('4 = MQTT 3.1.1, 5 = MQTT 5'),
  mapping: topicMapping,
  time: timePolicy,
})

/** The topics of the mapping are subscribed to with the others. */
function withFilters({ mapping, ...settings }: z.output<typeof broker>) {
  const rules = rulesOf(mapping)
  return { ...settings, rules, topics: [...new Set([...settings.topics, ...filtersOf(rules)])] }
}

export const mqttClient = declareSource({
  key: 'brokers',
  kind: 'mqtt',
  settings: z.array(broker).default([]).describe('MQTT brokers to subscribe to'),
  resends: true,
  reserved: ['mqtt'],
  bannerName: 'Broker',
  promise: {
    source: 'MQTT, client of a broker',
    acknowledged: 'PUBACK, in the order of the messages',
    refusing: 'the connection is dropped; the broker sends again',
    counted: 'each message, each time',
  },
  named: (brokers) =>
    brokers.map(({ name }, i) => ({
      name: name ?? (brokers.length === 1 ? 'mqtt' : `mqtt-${i + 1}`),
      at: ['brokers', i, 'name'],
      what: `broker ${i + 1}`,
    })),
  faults: (brokers) => [
    ...clientIdFaults(brokers),
    ...brokers.flatMap(({ mapping }, i) =>
      topicMappingFaults(mapping).map(({ index, message }) => ({ at: ['brokers', i, 'mapping', index], message })),
    ),
  ],
  async preflight(brokers) {
    const { brokerFindings } = await import('./broker-findings.ts')
    const asked = await Promise.all(brokers.map((broker) => brokerFindings(withFilters(broker))))
    return [
      ...asked.flat(),
      ...brokers.flatMap(({ url, mapping }) => mappingFindings(`broker ${new URL(url).host}`, mapping)),
    ]
  },
  lines: (brokers) => brokers.map(({ url }) => url.replace(/\/\/[^@/]*@/, '//***@')),
  async create(brokers, index, { name }) {
    const { time, ...settings } = withFilters(brokers[index] as (typeof brokers)[number])
    const clientId = clientIds(brokers)[index] as string
    const [{ mqttClientSource }, { brokerPreflight }] = await Promise.all([
      import('./client-source.ts'),
      import('./broker-preflight.ts'),
    ])
    return mqttClientSource({ ...settings, name, clientId, preflight: brokerPreflight, ...trust(time) })
  },
})
