import * as z from 'zod'
import { rulesOf, topicMapping, topicMappingFaults } from '../../domain/topic-mapping.ts'
import { declareListener } from '../declaration.ts'
import { port, sourceName } from '../settings.ts'
import { mappingFindings } from './mapping-findings.ts'

export const mqttBroker = declareListener({
  key: 'mqtt',
  kind: 'mqtt',
  settings: z
    .strictObject({
      port: port.default(1883),
      name: sourceName.describe(
        'name of its source; default "mqtt", or "mqtt-broker" when a broker entry has that name',
      ),
      mapping: topicMapping,
    })
    .prefault({})
    .describe('built-in MQTT broker'),
  listen: { protocol: 'tcp', scheme: 'mqtt', label: 'MQTT', flag: '--mqtt-port', admits: 'token' },
  resends: true,
  reserved: ['mqtt'],
  reservedAlso: ['mqtt-broker'],
  bannerName: 'MQTT',
  promise: {
    source: 'MQTT, built-in broker',
    acknowledged: 'PUBACK (QoS 1), PUBREC (QoS 2), in the order of the messages',
    refusing: 'the client is disconnected, nothing is acknowledged',
    counted: 'each message, each time',
  },
  named: ({ port, name }, namesOf) =>
    port === 'off'
      ? []
      : [
          {
            name: name ?? (namesOf('brokers').includes('mqtt') ? 'mqtt-broker' : 'mqtt'),
            at: ['mqtt', 'name'],
            what: 'the built-in broker',
          },
        ],
  faults: ({ mapping }) =>
    topicMappingFaults(mapping).map(({ index, message }) => ({ at: ['mqtt', 'mapping', index], message })),
  preflight: async ({ mapping }) => mappingFindings('built-in MQTT broker', mapping),
  async create({ mapping }, _index, { name, tokens, isLoopback, connections, boundSocket }) {
    const { mqttBrokerSource } = await import('./broker-source.ts')
    return mqttBrokerSource({
      name,
      rules: rulesOf(mapping),
      listen: boundSocket(),
      tokens,
      anonymous: isLoopback,
      connections,
    })
  },
})
