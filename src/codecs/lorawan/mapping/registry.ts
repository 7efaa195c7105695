/** Every table of a model. A new one is a file in tables/ and a line here. */

import type { Json } from '../json.ts'
import type { MappingTable } from './table.ts'
import { counterAb } from './tables/counter-ab.ts'
import { dingtekDc } from './tables/dingtek-dc.ts'
import { dingtekDo } from './tables/dingtek-do.ts'
import { dingtekLevel } from './tables/dingtek-level.ts'
import { elsysOccupancy } from './tables/elsys-occupancy.ts'
import { imbuildingsCounter } from './tables/imbuildings-counter.ts'
import { netvoxR718x } from './tables/netvox-r718x.ts'
import { netvoxR719 } from './tables/netvox-r719.ts'
import { occupancyFlag } from './tables/occupancy-flag.ts'
import { parametricPcr2 } from './tables/parametric-pcr2.ts'
import { pepperlFuchsWilsen } from './tables/pepperl-fuchs-wilsen.ts'
import { plain } from './words.ts'

export const mappingTables: readonly MappingTable[] = [
  elsysOccupancy,
  netvoxR719,
  netvoxR718x,
  dingtekDo,
  dingtekLevel,
  dingtekDc,
  imbuildingsCounter,
  parametricPcr2,
  pepperlFuchsWilsen,
  counterAb,
  occupancyFlag,
]

export const mappingTableOf = (name: string | undefined): MappingTable | undefined =>
  mappingTables.find((table) => table.name === name)

/** The table whose formatter made this object, known by keys that no other has. */
export function tableOfShape(decoded: Json): MappingTable | undefined {
  const values = new Map(Object.entries(decoded).map(([name, value]) => [plain(name), value]))
  return mappingTables.find(
    ({ shape }) =>
      shape &&
      Object.entries(shape).every(
        ([key, wanted]) => values.has(key) && (wanted.length === 0 || wanted.includes(values.get(key))),
      ),
  )
}
