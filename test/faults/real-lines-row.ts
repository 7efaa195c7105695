/**
 * Emulated histories over real lines into a real server whose processes are killed: boards of every kind send again what was not acknowledged. What
 * the server shows, stores and counts at the end is judged by the truth.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredReading } from '@baykeeper/contract/device.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { createRandom, type Random } from '../../src/simulator/random.ts'
import { textOf } from '../../src/simulator/world/encode.ts'
import type { Delivery, History } from '../../src/simulator/world/history.ts'
import { contentOf, readingOf } from '../../src/simulator/world/history.ts'
import { type Fate, judge, type Observation } from '../../src/simulator/world/judge.ts'
import { table } from '../../src/simulator/world/shrink.ts'
import { numbersOnly } from '../../src/simulator/world/truth.ts'
import { historyOf } from '../../src/simulator/world/world.ts'
import { drainedLedger, readingsOf } from '../fixtures/readings.ts'
import { apiOf, ingestToken, type ProcessName, startServer, type TestServer } from '../fixtures/server.ts'
import type { FaultFailure, FaultRow } from './fault-row.ts'
import { portFlags } from './kill-row.ts'
import { type BoardLine, boardOnHttp, boardOnMqtt, boardOnTcp } from './real-boards.ts'

const historiesEach = 20
const roundMsMin = 25_000
/** While boards send and processes are killed. */
const stormMs = 5_000
const killsEach = 6
/** Sent when nothing is killed any more, so that the end can be known. */
const calmFrames = 4
const falls: readonly ProcessName[] = ['intake', 'intake', 'intake', 'processor', 'processor', 'web', 'main']
const boards = { tcp: boardOnTcp, http: boardOnHttp, mqtt: boardOnMqtt } as const
type Line = keyof typeof boards

export const realLinesRow: FaultRow = {
  name: 'boards on real lines under kill -9',
  full: 500,
  long: 20_000,
  unit: 'histories of emulated boards',
  weight: 2,
  passesWhen:
    'boards that send again what was not acknowledged: each reading is stored once, the state at the end is the truth, losses are exact or not certain',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: FaultFailure[] = []
    let reached = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() + roundMsMin < until; seed += historiesEach) {
      try {
        failures.push(...(await round(seed)))
      } catch (error) {
        failures.push({ seed, what: (error as Error).message })
      }
      reached += historiesEach
      onProgress?.(reached)
      if (failures.length > 3) break
    }
    return { reached, failures }
  },
}

interface Board {
  readonly history: History
  readonly device: string
  readonly line: Line
}

async function round(seed: number): Promise<FaultFailure[]> {
  const random = createRandom(seed)
  const now = Date.now()
  const all = Array.from({ length: historiesEach }, (_, i) => boardOf(seed + i, now))
  let server = await startServer()
  const { dataDir } = server
  const first = server
  try {
    const { ingest, mqtt, tcp } = server.ready
    const place = { ingest, mqtt, tcp, token: ingestToken }
    const calm = Promise.withResolvers<void>()
    const sending = Promise.all(all.map((board) => send(board, place, createRandom(random() * 2 ** 32), calm.promise)))
    for (let kills = 0; kills < killsEach; kills++) {
      await sleep((random() * 2 * stormMs) / killsEach)
      const name = falls[Math.floor(random() * falls.length)] as ProcessName
      await server.kill(name)
      if (name !== 'main') continue
      await server.stop()
      server = await startServer({ dataDir, flags: portFlags(server) })
    }
    calm.resolve()
    await sending
    return await judgeAll(all, server)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n--- log of the server\n${server.logs().slice(-2_000)}`, {
      cause: error,
    })
  } finally {
    if (server !== first) await server[Symbol.asyncDispose]()
    await first[Symbol.asyncDispose]()
  }
}

/** A history as the board means it: without what the emulated transport repeats, with times that end now. */
function boardOf(seed: number, now: number): Board {
  const kinds = ['clock-number', 'clock', 'boot', 'number', 'number', 'neither'] as const
  for (let drawn = seed; ; drawn += 1_000_003) {
    const history = historyOf(drawn, kinds[seed % kinds.length])
    const hasWrongClock = !history.clockTrusted && history.readings.some(({ wire }) => wire.time !== undefined)
    if (hasWrongClock || history.deliveries.length < calmFrames) continue
    const lines = Object.keys(boards) as Line[]
    const line = lines[seed % lines.length] as Line
    const isExact = history.kind !== 'neither' && !numbersOnly(history)
    const seen = new Set<number>()
    const kept = history.deliveries.filter(({ reading }) => isExact || (!seen.has(reading) && seen.add(reading)))
    const deliveries = kept.map(({ reading, arrived }, record): Delivery => ({ reading, arrived, record }))
    const last = Math.max(...history.readings.map(({ at }) => at))
    const readings = history.readings.map(({ wire, ...rest }) => ({
      ...rest,
      wire: wire.time === undefined ? wire : { ...wire, time: wire.time - last + now - 1_000 },
    }))
    return { history: { ...history, transport: line, readings, deliveries }, device: `board-${drawn}`, line }
  }
}

function send({ history, device, line }: Board, place: BoardLine['place'], random: Random, calm: Promise<void>) {
  const texts = history.deliveries.map((delivery) => textOf(history, delivery, device))
  const stepMs = stormMs / texts.length
  return boards[line]({
    ...{ device, texts, place, random },
    async due(i) {
      if (i >= texts.length - calmFrames) await calm
      else await sleep(random() * 2 * stepMs)
    },
  })
}

async function judgeAll(all: readonly Board[], server: TestServer): Promise<FaultFailure[]> {
  const { data: ledger } = await drainedLedger(server.dataDir)
  const failures: FaultFailure[] = []
  /** Undecided frames of all boards: no board may claim more of them. */
  const waiting = { frames: ledger['tentative'] ?? 0 }
  for (const board of all) {
    const readings = await readingsOf(server.ready.web, board.device)
    const findings = judge(board.history, await observationOf(board, readings, server, waiting))
    if (findings.length === 0) continue
    const texts = findings.map(({ what, text }) => `${what}: ${text}`).slice(0, 5)
    failures.push({ seed: board.history.seed, what: [...texts, `over ${board.line}`, table(board.history)].join('\n') })
  }
  if (ledger['difference'] !== 0 || ledger['quarantined'] !== 0)
    failures.push({ seed: all[0]?.history.seed ?? 0, what: `the ledger: ${JSON.stringify(ledger)}` })
  return failures
}

/** Which frame each stored reading came of is not in the API: those that say the same are dealt out, first to frames of different content. */
async function observationOf(
  { history, device }: Board,
  readings: readonly StoredReading[],
  server: TestServer,
  waiting: { frames: number },
): Promise<Observation> {
  const state = await apiOf(server.ready.web).call(routes.device, { params: { id: device } })
  const hasClock = history.readings.some(({ wire }) => wire.time !== undefined)
  const left = Map.groupBy(readings, (reading) => keyOfStored(reading, hasClock))
  const fates: (Fate | undefined)[] = history.deliveries.map(() => undefined)
  const contents = new Set<string>()
  const isFirst = history.deliveries.map((delivery) => {
    const content = contentOf(readingOf(history, delivery))
    return !contents.has(content) && contents.add(content)
  })
  for (const pass of [true, false])
    for (const [i, delivery] of history.deliveries.entries()) {
      if (Boolean(isFirst[i]) !== pass) continue
      const reading = left.get(keyOfSent(history, delivery))?.pop()
      // A frame that no reading was made of yet waits for a decision, where its device has one that waits. A board of numbers alone reports
      // the same again after a restart, and its history has no repetition: those wait too.
      const mayWait = pass || numbersOnly(history)
      const isWaiting = !reading && mayWait && !state.missing_certain && waiting.frames > 0
      if (isWaiting) waiting.frames--
      fates[i] = reading ? fateOf(reading) : isWaiting ? 'tentative' : 'duplicate'
    }
  const surplus = [...left.values()].flat().filter((reading) => fateOf(reading) === 'stored')
  if (surplus.length > 0 && history.kind !== 'neither')
    throw new Error(
      `${device}: ${surplus.length} readings were not sent, or are stored twice: ${JSON.stringify(surplus.slice(0, 3))}\n${table(history)}`,
    )
  const last = history.deliveries.length - 1
  const shown = history.deliveries.map((_, i) => (i === last ? (state.occupied ?? null) : undefined))
  return { shown, fates, missing: state.missing_certain ? state.missing : 'not certain' }
}

/** A reading that may repeat another one is stored outside of all epochs. */
const fateOf = ({ epoch }: StoredReading): Fate => (epoch < 0 ? 'possible-repeat' : 'stored')

/** Content as both sides know it. */
function keyOfSent(history: History, delivery: Delivery): string {
  const { seq = null, time, occupied, batteryPct, countIn } = readingOf(history, delivery).wire
  return [seq, time, occupied, batteryPct, countIn].join()
}

const keyOfStored = ({ seq, time, occupied, battery_pct, count_in }: StoredReading, hasClock: boolean) =>
  [seq, hasClock ? Date.parse(time) : undefined, occupied, battery_pct, count_in].join()
