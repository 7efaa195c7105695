/** Histories through the real processing, judged; a failure comes with its seed and the smallest history that still fails. */
import type { History } from '../../src/simulator/world/history.ts'
import { type Finding, judge, type Observation } from '../../src/simulator/world/judge.ts'
import { shrink, table } from '../../src/simulator/world/shrink.ts'
import { historyOf, unfairHistoryOf } from '../../src/simulator/world/world.ts'
import { observeProcessing, observeTogether } from './processing-server.ts'

export interface FailedHistory {
  readonly seed: number
  readonly what: string
}

/** Of so many histories one is unfair. */
const unfairEvery = 8
export const historiesTogether = 24

export const makeHistory = (seed: number): History =>
  seed % unfairEvery === 0 ? unfairHistoryOf(seed) : historyOf(seed)

export async function judgeTogether(firstSeed: number, count: number): Promise<FailedHistory[]> {
  const histories = Array.from({ length: count }, (_, i) => makeHistory(firstSeed + i))
  const observations = await observeTogether(histories, firstSeed)
  const failures: FailedHistory[] = []
  for (const [i, history] of histories.entries()) {
    const findings = judge(history, observations[i] as Observation)
    if (findings.length > 0) failures.push({ seed: history.seed, what: await explain(history, findings) })
  }
  return failures
}

/** Shrinking runs each smaller history alone. */
async function explain(history: History, findings: readonly Finding[]): Promise<string> {
  const what = findings[0]?.what
  const fails = async (one: History) =>
    judge(one, await observeProcessing(one)).some((finding) => finding.what === what)
  if (!(await fails(history))) return `${lines(findings)}\nonly beside other devices:\n${table(history)}`
  const small = await shrink(history, fails)
  const observed = await observeProcessing(small)
  return `${lines(judge(small, observed))}\n${beside(table(small), observed)}`
}

const lines = (findings: readonly Finding[]) => findings.map(({ what, text }) => `${what}: ${text}`).join('\n')

/** Outcome of each frame on the server, at the end of its line. */
function beside(text: string, { shown, fates, missing }: Observation): string {
  const [head = '', ...rows] = text.split('\n')
  const width = Math.max(...rows.map((row) => row.length))
  const lines = rows.map((row, i) => `${row.padEnd(width)}  ${nameOf(shown[i])} ${fates[i] ?? 'nowhere'}`)
  return [head, ...lines, `missing: ${missing}`].join('\n')
}

const nameOf = (presence: boolean | null | undefined) =>
  presence === undefined ? '.' : presence === null ? 'unknown' : presence ? 'T' : 'F'
