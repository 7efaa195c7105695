import type { MappingTable } from '../table.ts'

/** `Status` is the answer to a command. */
export const netvoxR719: MappingTable = {
  name: 'netvox-r719',
  vendors: [],
  models: [],
  shape: { device: ['R719A', 'R719B'] },
  presence: { key: 'caronoff', values: { 0: false, 1: true } },
  ignore: ['status', 'device', 'cmd'],
}
