import type { MappingTable } from '../table.ts'

/** Pending is the time in which the sensor has not decided. */
export const elsysOccupancy: MappingTable = {
  name: 'elsys-occupancy',
  vendors: ['elsys'],
  models: ['ems', 'emsdesk', 'emslite', 'ers', 'erseye', 'ersco2', 'erslite', 'ersvoc', 'erssound'],
  presence: { key: 'occupancy', values: { 0: false, 1: null, 2: true } },
}
