import type { MappingTable } from '../table.ts'

/** For a device whose `occupancy` is known to be a flag. */
export const occupancyFlag: MappingTable = {
  name: 'occupancy-flag',
  vendors: [],
  models: [],
  presence: { key: 'occupancy', values: { 0: false, 1: true } },
}
