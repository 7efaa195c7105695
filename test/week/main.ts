/**
 * A simulated week of the demo city with planted faults, judged:
 *
 *   npm run week -- [--days 7] [--bays 1000] [--seed 1]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { judgedWeek } from './judged-week.ts'
import { weekText } from './week-report.ts'

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '7' },
    bays: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
const [days, bays, seed] = [Number(values.days), Number(values.bays), Number(values.seed)]
if (!(days > 0) || !(bays >= 400) || !Number.isSafeInteger(seed))
  throw new Error('--days wants a number above 0, --bays one of at least 400, --seed a whole number')
const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-week-'))
try {
  const began = performance.now()
  const judged = await judgedWeek({ days, bays, seed, file: path.join(dir, 'week.db') })
  console.log(weekText(judged))
  console.log(`${Math.round((performance.now() - began) / 1_000)} s`)
} finally {
  await rm(dir, { recursive: true, force: true })
}
