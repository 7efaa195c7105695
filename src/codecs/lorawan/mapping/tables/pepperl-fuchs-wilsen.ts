import type { MappingTable } from '../table.ts'

/** Its other counts are of messages and of measurements. */
export const pepperlFuchsWilsen: MappingTable = {
  name: 'pepperl-fuchs-wilsen',
  vendors: ['pepperlfuchs'],
  models: ['wilsen', 'wilsennode', 'wilsensonicdistance', 'wilsensoniclevel'],
  shape: { loracount: [], ussensorcount: [] },
  distance: { key: 'proxxmm', mm: 1 },
}
