import type { MappingTable } from '../table.ts'

/** `counter_a` counts the interval since the message before; only the totals are cumulative. */
export const imbuildingsCounter: MappingTable = {
  name: 'imbuildings-counter',
  vendors: ['imbuildings'],
  models: ['peoplecounter'],
  countIn: 'totalcountera',
  countOut: 'totalcounterb',
}
