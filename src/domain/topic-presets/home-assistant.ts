/** Home Assistant, integration "MQTT Statestream": the state of each binary sensor, unavailable and unknown included. */
import { declarePreset } from './preset.ts'

export const homeAssistant = declarePreset({
  name: 'home-assistant',
  about: 'binary sensors of the statestream integration, on for taken',
  base: 'homeassistant',
  rules: [
    {
      topic: 'homeassistant/binary_sensor/{device}/state',
      fields: { occupied: { at: '', taken: ['on'], free: ['off'] } },
    },
    { topic: 'homeassistant/#', ignore: true },
  ],
})
