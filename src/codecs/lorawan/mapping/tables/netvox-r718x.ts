import type { MappingTable } from '../table.ts'

/** Ultrasonic distance with a switching output: `Status` ON means that a threshold is passed, not on which side of it a car is. */
export const netvoxR718x: MappingTable = {
  name: 'netvox-r718x',
  vendors: ['netvox'],
  models: ['r718x'],
  shape: { device: ['R718X'] },
  distance: { key: 'distance', mm: 1 },
  ignore: ['status', 'device', 'cmd'],
}
