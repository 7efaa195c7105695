/**
 * The two-instances harness: real processes race for one journal on a real disk, round after round; some winners are killed while they
 * write. Each round has a winner, two writers never overlap, fences grow, and every acknowledged record is there.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournalReader } from '../segment-journal.ts'
import type { Race, RaceMessage } from './contender.ts'
import { seededRandom, upTo } from './seeded-random.ts'

const contenders = 3
const killShare = 0.1
const recordsMax = 4
/** After this many rounds the whole journal is read, and a new one is started. */
const roundsPerJournal = 100
const roundMsMax = 30_000

export async function runTwoInstances(options: {
  readonly budgetMs: number
  readonly firstSeed: number
  readonly onProgress?: (rounds: number) => void
}): Promise<number> {
  const { budgetMs, firstSeed, onProgress } = options
  const until = performance.now() + budgetMs
  const processes = await Promise.all(Array.from({ length: contenders }, startContender))
  let rounds = 0
  try {
    while (rounds === 0 || performance.now() < until) {
      const place = await mkdtemp(join(tmpdir(), 'contest-'))
      try {
        const limit = { until, firstRound: rounds, seed: firstSeed + rounds }
        rounds += await contest(place, processes, limit, onProgress)
      } finally {
        await rm(place, { recursive: true, force: true })
      }
    }
  } finally {
    for (const { child } of processes) child.kill('SIGKILL')
  }
  return rounds
}

interface Contender {
  child: ChildProcess
  onMessage: (message: RaceMessage) => void
}

async function startContender(): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'contender.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const contender: Contender = { child, onMessage: () => {} }
  child.on('message', (message: RaceMessage) => contender.onMessage(message))
  await new Promise<void>((resolve, reject) => {
    contender.onMessage = () => resolve()
    child.once('exit', () => reject(new Error('a contender ended before it began')))
  })
  return contender
}

/** Races in one directory. Returns how many. */
async function contest(
  place: string,
  processes: Contender[],
  { until, firstRound, seed }: { readonly until: number; readonly firstRound: number; readonly seed: number },
  onProgress?: (rounds: number) => void,
): Promise<number> {
  const random = seededRandom(seed)
  const dir = join(place, 'journal')
  const held = join(place, 'held')
  const acknowledged = new Map<number, number>()
  const killed = new Set<number>()
  let fenceMax = 0
  let rounds = 0
  for (; rounds < roundsPerJournal && (rounds === 0 || performance.now() < until); rounds++) {
    const race: Race = { dir, held, round: firstRound + rounds, records: 1 + upTo(random, recordsMax - 1) }
    const killAt = random() < killShare ? upTo(random, race.records - 1) : undefined
    const ends = await Promise.all(
      processes.map((contender) =>
        enter(contender, race, { at: killAt, pids: killed }, (fence, last) => {
          assert.ok(fence >= fenceMax, `fence ${fence} wrote after fence ${fenceMax}`)
          fenceMax = fence
          assert.ok(!acknowledged.has(last), `number ${last} was given twice`)
          acknowledged.set(last, fence)
        }),
      ),
    )
    assert.ok(ends.includes('done') || ends.includes('killed'), `no process won round ${race.round}: ${ends}`)
    for (const [i, end] of ends.entries()) if (end === 'killed') processes[i] = await startContender()
    if (ends.includes('killed')) await rm(held, { force: true })
    onProgress?.(firstRound + rounds + 1)
  }
  await using reader = await openJournalReader(dir)
  const { tail, damage } = await reader.scan()
  for (const range of damage) assert.ok(range.torn, range.reason)
  const found = new Set<number>()
  for (let after = 0; after < tail.lastRecord; ) {
    const { records } = await reader.read(after, { durable: tail.lastRecord, bytesMax: 1e6, framesMax: 1e6 })
    for (const { number } of records) found.add(number)
    after = Math.max(after + 1, records.at(-1)?.number ?? 0)
  }
  for (const number of acknowledged.keys())
    assert.ok(found.has(number), `record ${number} was acknowledged and is lost`)
  return rounds
}

/** One process in one round; resolves with how it ended. */
function enter(
  contender: Contender,
  race: Race,
  kill: { readonly at: number | undefined; readonly pids: Set<number> },
  appended: (fence: number, last: number) => void,
): Promise<'locked' | 'done' | 'killed'> {
  const { child } = contender
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`round ${race.round} hangs`)), roundMsMax)
    const end = (how: 'locked' | 'done' | 'killed') => {
      clearTimeout(limit)
      resolve(how)
    }
    let count = 0
    let dying = false
    contender.onMessage = (message) => {
      // A message sent before the kill is not an end: a killed process cannot enter the next round.
      if (dying) return
      if (message.is === 'locked' || message.is === 'done') end(message.is)
      if (message.is === 'beside' && kill.pids.has(message.pid)) end('locked')
      else if (message.is === 'beside') reject(new Error(`two writers at once: ${child.pid} beside ${message.pid}`))
      if (message.is === 'failed') reject(new Error(message.what))
      if (message.is !== 'appended') return
      try {
        appended(message.fence, message.last)
      } catch (error) {
        reject(error)
      }
      if (count++ === kill.at) {
        dying = true
        kill.pids.add(child.pid ?? 0)
        child.once('exit', () => end('killed'))
        child.kill('SIGKILL')
      }
    }
    child.send(race)
  })
}
