/** Frigate, "MQTT": the number of cars in each zone, retained. A zone that is drawn around one bay is the device. */
import { declarePreset } from './preset.ts'

export const frigate = declarePreset({
  name: 'frigate',
  about: 'zones of one bay each: taken while a car is in it; a camera that has a name of its own counts as a zone too',
  base: 'frigate',
  rules: [
    { topic: 'frigate/{device}/car', fields: { occupied: { at: '', above: 0 } } },
    { topic: 'frigate/#', ignore: true },
  ],
})
