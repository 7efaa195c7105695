/** ESPHome, "MQTT Client Component": a topic for each sensor of a node, `NODE/binary_sensor/NAME/state`, with ON and OFF. */
import { declarePreset } from './preset.ts'

export const esphome = declarePreset({
  name: 'esphome',
  about: 'binary sensors; the device is NODE:NAME. A sensor with a number needs a rule of its own, with its unit',
  base: '',
  rules: [
    {
      topic: '{node}/binary_sensor/{name}/state',
      device: '{node}:{name}',
      fields: { occupied: { at: '', taken: ['ON'], free: ['OFF'] } },
    },
  ],
})
