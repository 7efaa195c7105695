import type { MappingTable } from '../table.ts'

export const dingtekDc: MappingTable = {
  name: 'dingtek-dc',
  vendors: ['dingtek'],
  models: ['dc520'],
  countIn: 'incounter',
  countOut: 'outcounter',
}
