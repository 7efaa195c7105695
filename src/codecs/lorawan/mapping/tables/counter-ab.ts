import type { MappingTable } from '../table.ts'

/** For a device whose two counters are known to be cumulative, A counting entries. */
export const counterAb: MappingTable = {
  name: 'counter-ab',
  vendors: [],
  models: [],
  countIn: 'countera',
  countOut: 'counterb',
}
