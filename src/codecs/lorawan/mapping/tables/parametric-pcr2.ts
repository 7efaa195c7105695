import type { MappingTable } from '../table.ts'

/** Left to right and right to left, cumulative; `LTR` and `RTL` count the interval since the message before. */
export const parametricPcr2: MappingTable = {
  name: 'parametric-pcr2',
  vendors: ['parametric'],
  models: ['pcr2', 'pcr2id', 'pcr2od', 'pcr2ods'],
  shape: { ltrsum: [], rtlsum: [] },
  countIn: 'ltrsum',
  countOut: 'rtlsum',
}
