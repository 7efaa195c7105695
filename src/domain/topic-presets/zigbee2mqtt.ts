/** Zigbee2MQTT, "MQTT Topics and Messages": a JSON object for each device, `availability` as text or as {"state":...}. */
import { declarePreset } from './preset.ts'

const measured = {
  battery_pct: '/battery',
  battery_v: { at: '/voltage', times: 0.001 },
  temperature_c: ['/temperature', '/device_temperature'],
  humidity_pct: '/humidity',
  time: '/last_seen',
}
const availability = [
  {
    topic: 'zigbee2mqtt/{device}/availability',
    online: { at: '', yes: ['online', '{"state":"online"}'], no: ['offline', '{"state":"offline"}'] },
  },
  { topic: 'zigbee2mqtt/bridge/#', ignore: true },
]
/** Commands to devices, and single attributes that are in the object too. */
const rest = [{ topic: 'zigbee2mqtt/#', ignore: true }]

export const zigbee2mqtt = declarePreset({
  name: 'zigbee2mqtt',
  about: 'presence and occupancy sensors; contact sensors with zigbee2mqtt-contact',
  base: 'zigbee2mqtt',
  rules: [
    ...availability,
    {
      topic: 'zigbee2mqtt/{device}',
      fields: {
        occupied: ['/presence', '/occupancy'],
        distance_mm: { at: '/target_distance', times: 1000 },
        ...measured,
      },
    },
    ...rest,
  ],
})

export const zigbee2mqttContact = declarePreset({
  name: 'zigbee2mqtt-contact',
  about: 'contact sensors that are closed while the bay is taken; where an open one means taken, write a rule',
  base: 'zigbee2mqtt',
  rules: [
    ...availability,
    {
      topic: 'zigbee2mqtt/{device}',
      fields: { occupied: { at: '/contact', taken: ['true'], free: ['false'] }, ...measured },
    },
    ...rest,
  ],
})
