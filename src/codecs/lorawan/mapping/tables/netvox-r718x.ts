import type { MappingTable } from '../table.ts'

/** Ultrasonic distance with a switching output: `Status` ON says that a threshold is passed, not which side of it is a car. */
export const netvoxR718x: MappingTable = {
  name: 'netvox-r718x',
  vendors: ['netvox'],
  models: ['r718x'],
  shape: { device: ['R718X'] },
  distance: { key: 'distance', mm: 1 },
  ignore: ['status', 'device', 'cmd'],
}
