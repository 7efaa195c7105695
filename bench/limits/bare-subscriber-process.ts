/**
 * The reference for MQTT through an external broker: mqtt.js subscribed with QoS 1, counting. Prints `subscribed`, then for every line of its
 * standard input how many messages it has, and ends with it.
 */
import { createInterface } from 'node:readline'
import mqtt from 'mqtt'

let count = 0
const client = await mqtt.connectAsync(process.argv[2] as string, {
  protocolVersion: 5,
  properties: { receiveMaximum: 4_096 },
})
client.on('message', () => count++)
await client.subscribeAsync('baykeeper/+/reading', { qos: 1 })
console.log('subscribed')
for await (const _ of createInterface({ input: process.stdin })) console.log(count)
process.exit()
