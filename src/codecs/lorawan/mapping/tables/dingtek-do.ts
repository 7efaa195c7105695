import type { MappingTable } from '../table.ts'

export const dingtekDo: MappingTable = {
  name: 'dingtek-do',
  vendors: [],
  models: [],
  shape: { alarmpark: [], alarmmagnet: [] },
  presence: { key: 'alarmpark', values: { true: true, false: false, 1: true, 0: false } },
  distance: { key: 'level', mm: 1 },
}
