/** One row in a process of its own, so that a hang can be ended and a full heap is its own: `node run-row.ts NAME BUDGET_MS FIRST_SEED`. */
import { spawn } from 'node:child_process'
import { processTree } from '../../tools/process-tree.ts'
import type { FaultRow, FaultRunResult } from './fault-row.ts'

export interface RowOutcome extends FaultRunResult {
  readonly name: string
  readonly firstSeed: number
  readonly seconds: number
}

interface RowMessage {
  readonly progress?: number
  readonly result?: FaultRunResult
}

/** Time that a row may take beyond its budget: starting servers, draining, counting. */
const overrunMsMax = 240_000

export async function runRow(
  { name }: FaultRow,
  options: { budgetMs: number; firstSeed: number; onProgress?: (reached: number) => void },
): Promise<RowOutcome> {
  const { budgetMs, firstSeed, onProgress } = options
  const began = performance.now()
  const tree = processTree()
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', import.meta.filename, name, `${budgetMs}`, `${firstSeed}`],
    { env: { ...process.env, ...tree.env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  let result: FaultRunResult | undefined
  let reached = 0
  let output = ''
  const collect = (bytes: Buffer) => {
    output = (output + bytes).slice(-4_000)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  child.on('message', (message: RowMessage) => {
    if (message.progress !== undefined) {
      reached = message.progress
      onProgress?.(reached)
    }
    if (message.result) result = message.result
  })
  let late = false
  const limit = setTimeout(() => {
    late = true
    tree.killAll()
  }, budgetMs + overrunMsMax)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearTimeout(limit)
  const left = await tree.gone(3_000)
  tree.killAll()
  const fault = late
    ? `still running ${overrunMsMax / 1_000} s after its time`
    : `ended with ${code} and no result\n${output}`
  const failures = [
    ...(result?.failures ?? [{ seed: firstSeed, what: fault }]),
    ...(left.length > 0 ? [{ seed: firstSeed, what: `left ${left.length} processes behind` }] : []),
  ]
  return { reached, ...result, failures, name, firstSeed, seconds: (performance.now() - began) / 1_000 }
}

if (import.meta.main) {
  const { faultTable } = await import('./fault-table.ts')
  const [name, budgetMs, firstSeed] = process.argv.slice(2)
  const row = faultTable.find((each) => each.name === name)
  if (!row) throw new Error(`there is no row "${name}"`)
  const send = (message: RowMessage) =>
    new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()))
  const seed = Number(firstSeed)
  const result = await row
    .run({ budgetMs: Number(budgetMs), firstSeed: seed, onProgress: (progress) => void send({ progress }) })
    .catch((error: Error) => ({ reached: 0, failures: [{ seed, what: error.stack ?? String(error) }] }))
  await send({ result })
  process.exit(0)
}
