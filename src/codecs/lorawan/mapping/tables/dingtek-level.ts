import type { MappingTable } from '../table.ts'

/** `level` is the distance to what the sensor sees, in millimetres. */
export const dingtekLevel: MappingTable = {
  name: 'dingtek-level',
  vendors: [],
  models: [],
  shape: { level: [], alarmlevel: [], alarmbattery: [] },
  distance: { key: 'level', mm: 1 },
}
