/** A made-up plan for tests: plates of rows in pairs with aisles between them, four plates in a row. */
import type { Plan } from '@baykeeper/contract/live.ts'

const perRow = 10
const bayW = 2.5
const bayH = 5
const aisle = 6
const title = 8

export function samplePlan(plateCount: number, baysPerPlate: number): Plan {
  const rows = Math.ceil(baysPerPlate / perRow)
  const w = perRow * bayW + 8
  const h = title + rows * bayH + Math.ceil(rows / 2) * aisle + 4
  const plan: Plan = {
    version: `${plateCount}x${baysPerPlate}`,
    name: 'Sample',
    simulated: false,
    bay_w: bayW,
    bay_h: bayH,
    plates: [],
    ids: [],
    x: [],
    y: [],
    types: [],
  }
  for (let p = 0; p < plateCount; p++) {
    const x = (p % 4) * (w + 10)
    const y = Math.floor(p / 4) * (h + 10)
    const from = plan.ids.length
    for (let k = 0; k < baysPerPlate; k++) {
      const row = Math.floor(k / perRow)
      plan.ids.push(`S${p}-${String(k + 1).padStart(3, '0')}`)
      plan.x.push(x + 4 + (k % perRow) * bayW)
      plan.y.push(y + title + row * bayH + Math.floor((row + 1) / 2) * aisle)
      plan.types.push('standard')
    }
    const site = `site-${Math.floor(p / 2)}`
    const level = `l${p % 2}`
    plan.plates.push({
      site,
      site_name: site,
      level,
      name: `${site} · ${level}`,
      x,
      y,
      w,
      h,
      from,
      to: plan.ids.length,
    })
  }
  return plan
}
