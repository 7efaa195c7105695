/** The section `signs` of a configuration: where what signs show is published. Signs themselves are set over the API. */
import * as z from 'zod'
import { addressFault } from '../lib/address-list.ts'
import { blockLength, firstRegister } from '../signs/register-map.ts'
import { usualTopic } from '../signs/topics.ts'
import { brokerUrlFault } from '../sources/mqtt/broker-url.ts'
import { checkedText, type Rule } from '../sources/settings.ts'
import { hostFault, isLoopbackHost } from './values.ts'

const topicFault: Rule = (text) =>
  /^[^+#\0/][^+#\0]*$/.test(text) && !text.endsWith('/') && !text.startsWith('$')
    ? undefined
    : `"${text}" is no topic to publish to: no + and #, no / at its begin or end, no $ at its begin`

const signId = z.string().regex(/^[\w.-]{1,64}$/, 'is no id of a sign: letters, digits and _ . - only')
const signsMax = 2_000

const mqtt = z.strictObject({
  url: checkedText(brokerUrlFault).describe('of the broker; it must speak MQTT 5'),
  username: z.string().max(512).optional(),
  passwordFile: z
    .string()
    .min(1)
    .optional()
    .describe('file that holds the password and nothing else; a relative path counts from the directory of this file'),
  topic: checkedText(topicFault).max(200).default(usualTopic).describe('all topics of signs begin with it'),
  clientId: z.string().min(1).max(128).default('baykeeper-signs'),
  expiryS: z
    .int()
    .min(30)
    .max(3_600)
    .default(90)
    .describe(
      'seconds after which the broker drops a message that was not published again: how long a dead server is believed',
    ),
})

const modbus = z
  .strictObject({
    host: checkedText(hostFault).default('127.0.0.1').describe('address to listen on'),
    port: z.int().min(1).max(65_535).default(1_502),
    allow: z
      .array(checkedText(addressFault))
      .default([])
      .describe('addresses or CIDR ranges that may connect; required when it does not listen on loopback'),
    unit: z.int().min(0).max(247).default(1).describe('unit identifier; 0 and 255 are answered too'),
    registers: z
      .record(signId, z.int().min(firstRegister.min).max(firstRegister.max))
      .describe(`first register of each sign, by its id; each has ${blockLength}`),
    connections: z.int().min(1).max(64).default(16).describe('clients at a time'),
    idleS: z.int().min(5).max(3_600).default(120).describe('seconds after which a silent client is disconnected'),
  })
  .superRefine(({ host, allow, registers }, context) => {
    const add = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (allow.length === 0 && !isLoopbackHost(host))
      add(['host'], 'opens Modbus to the network, and it knows no passwords: name the clients under signs.modbus.allow')
    const byFirst = Object.entries(registers).sort(([, a], [, b]) => a - b)
    if (byFirst.length > signsMax) add(['registers'], `has more than ${signsMax} signs`)
    for (const [i, [id, first]] of byFirst.entries()) {
      const next = byFirst[i + 1]
      if (next && next[1] < first + blockLength)
        add(
          ['registers', next[0]],
          `register ${next[1]} belongs to ${id}, which has ${first} to ${first + blockLength - 1}`,
        )
    }
  })

export const signSection = z
  .strictObject({ mqtt: mqtt.optional(), modbus: modbus.optional() })
  .prefault({})
  .describe('where what signs show is published, beside the API; not while the city is simulated')
