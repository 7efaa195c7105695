/** Every preset, in the order in which people are shown them. */
import { esphome } from './esphome.ts'
import { frigate } from './frigate.ts'
import { homeAssistant } from './home-assistant.ts'
import type { TopicPreset } from './preset.ts'
import { tasmota } from './tasmota.ts'
import { zigbee2mqtt, zigbee2mqttContact } from './zigbee2mqtt.ts'

export const topicPresets: readonly TopicPreset[] = [
  ...[zigbee2mqtt, zigbee2mqttContact, tasmota, esphome, frigate, homeAssistant],
]
export const presetOf = (name: string): TopicPreset | undefined => topicPresets.find((preset) => preset.name === name)
