/**
 * `npm run bench -- peers`: the same job, lines of a serial port into a MariaDB table, with common designs and with Baykeeper. The board
 * discards bytes as a real UART does and records every line sent; each of them is searched in the table.
 *
 * Options: --quick, --json, --record, --only NAMES, --rates 100,500, --seconds N, --cases NAMES, --minutes N (every cell, as short as
 * they have to be for that, without the search for the highest rate).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mariadbMissing, startMariadb } from '../src/store/testing/mariadb-fixture.ts'
import { baykeeperPeer } from './peers/baykeeper-peer.ts'
import { aroundOutage, fullLengths, lengthsWithin } from './peers/budget.ts'
import { type Contest, type Fault, openContest, type Round } from './peers/contest.ts'
import { nodeLoop } from './peers/node-loop.ts'
import { nodeRedPeer } from './peers/node-red.ts'
import type { Peer } from './peers/peer.ts'
import { pythonPeers } from './peers/python-peers.ts'
import type { PeersResult } from './report/results.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { highestLossFree } from './run/doubling.ts'
import { count, rounded } from './run/figures.ts'

const flags = benchFlags(['only', 'rates', 'seconds', 'cases', 'minutes'])
const { quick } = flags
const missing = mariadbMissing()
if (missing) {
  console.error(missing)
  process.exit(1)
}

interface Case {
  readonly name: string
  readonly about: string
  readonly sensors: number
  readonly distanceMs: number
  readonly fault: Fault
  readonly rates: readonly number[]
  readonly seconds: number
}

const minutes = flags.numbers('minutes')?.[0]
const allPeers: readonly Peer[] = [baykeeperPeer, ...pythonPeers, nodeLoop, nodeRedPeer]
const peers = allPeers.filter(({ name }) => chosen(flags.value('only'), name))

const rates =
  flags.numbers('rates') ?? (quick ? [2_000] : [100, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 100_000])
const faultRates =
  flags.numbers('rates') ?? (quick ? [1_000] : minutes === undefined ? [500, 2_000, 20_000] : [2_000, 20_000])
const lengths =
  minutes === undefined
    ? fullLengths
    : lengthsWithin(minutes, peers.length, {
        bursts: rates.length * 2 + faultRates.length * 2,
        kills: faultRates.length * 2,
        outages: faultRates.length,
        cases: 7,
      })
const seconds = flags.numbers('seconds')?.[0] ?? (quick ? 2 : lengths.seconds)
const outageS = quick ? 6 : lengths.outageS
const killS = quick ? 4 : lengths.killS
const drainMsMax = quick || minutes !== undefined ? 10_000 : 60_000
/**
 * When what is missing is lost: nothing new for so long, or a backlog that takes longer. A program may wait between two tries of a database
 * that is down, and then has as much to store as the outage was long.
 */
const patience = {
  none: { settleMs: 2_000, drainMsMax },
  kill: { settleMs: 6_000, drainMsMax },
  outage: { settleMs: 12_000, drainMsMax: 60_000 },
}
/** Once a peer loses this much, faster lines tell nothing new. */
const hopelessPercent = 30
const searchFrom = 500
const searchMax = 128_000

const all: readonly Case[] = [
  { name: 'plain', about: '500 sensors', rates, seconds, ...usual() },
  { name: 'kill', about: 'kill -9 of the program, and a new start', ...faulty('kill', killS) },
  {
    name: 'kill-writer',
    about: 'kill -9 of the process that writes to the database (the whole program where there is but one)',
    ...faulty('kill-writer', killS),
  },
  {
    name: 'outage',
    about: `the database is killed and comes back after ${outageS} s`,
    ...faulty('outage', outageS * aroundOutage),
  },
  { name: 'distant', about: 'the database is 4 ms away', rates, seconds, ...usual(), distanceMs: 4 },
  { name: '5000-sensors', about: '5,000 sensors', rates: faultRates, seconds, ...usual(), sensors: 5_000 },
  { name: '50000-sensors', about: '50,000 sensors', rates: faultRates, seconds, ...usual(), sensors: 50_000 },
]
/** A quick run has time for the faults of two programs, and for no more. */
const quickCases = ['plain', 'kill', 'outage']
const quickFaultPeers = ['baykeeper', 'original-tuned']
const cases = all.filter(({ name }) => chosen(flags.value('cases') ?? (quick ? quickCases.join(',') : undefined), name))

function usual() {
  return { sensors: 500, distanceMs: 0, fault: 'none' as Fault }
}
function faulty(fault: Fault, lasting: number) {
  return { ...usual(), fault, rates: faultRates, seconds: lasting }
}

function chosen(names: string | undefined, name: string): boolean {
  return names === undefined || names.split(',').includes(name)
}

type Line = PeersResult['results'][number]

const bench = beginBench('peers', flags, peers.length * cases.length, minutes && minutes * 60_000)
if (minutes !== undefined)
  bench.say(
    `within ${minutes} minutes: bursts of ${seconds} s, ${killS} s around a kill, outages of ${outageS} s, no search`,
  )
const versions: Record<string, string> = {}
const notRun: Record<string, string> = {}
const results: Line[] = []
const highest: Record<string, number> = {}

for (const peer of peers) {
  try {
    versions[peer.name] = await peer.prepare()
  } catch (fault) {
    notRun[peer.name] = (fault as Error).message
    bench.say(`! ${peer.name} NOT RUN: ${(fault as Error).message}`)
  }
}
bench.prepared()
const running = peers.filter(({ name }) => versions[name])

await using server = await startMariadb()
if (cases.length < all.length)
  bench.say(`only ${cases.map(({ name }) => name).join(', ')}; a full run, or --cases, has the others`)
for (const one of cases) {
  for (const peer of running) {
    if (quick && !flags.value('only') && one.fault !== 'none' && !quickFaultPeers.includes(peer.name)) {
      bench.step()
      continue
    }
    // A program that loses everything is not tested with faster lines: a run of minutes has only one burst.
    const needed = minutes === undefined ? one.rates.length : 1
    const needMs = needed * (one.seconds * 1_000 + (one.fault === 'outage' ? 8_000 : 3_000)) + 3_000
    if (bench.leftMs < needMs) {
      notRun[`${peer.name}, ${one.name}`] = 'no time left in a short run'
      bench.say(`! ${peer.name}, ${one.name} NOT RUN: no time left in a short run`)
    } else
      await contest(peer, one)
        // A failure other than a lack of time is retried once from the beginning.
        .catch((fault) => {
          if (bench.leftMs < needMs) throw fault
          bench.say(`! ${peer.name}, ${one.name}, retry: ${(fault as Error).message}`)
          for (let i = results.length - 1; i >= 0 && of(results[i] as Line, peer, one); i--) results.pop()
          return contest(peer, one)
        })
        .catch((fault) => failed(peer, one, fault))
    bench.step()
  }
}

function of(line: Line, peer: Peer, one: Case): boolean {
  return line.peer === peer.name && line.case === one.name
}

function failed({ name }: Peer, one: Case, fault: unknown): void {
  notRun[`${name}, ${one.name}`] = (fault as Error).message
  bench.say(`! ${name}, ${one.name} FAILED: ${(fault as Error).message}`)
}

async function contest(peer: Peer, one: Case): Promise<void> {
  await using contest = await openContest({ peer, server, sensors: one.sensors, distanceMs: one.distanceMs })
  const round = (rate: number): Round => ({
    ...{ rate, seconds: one.seconds, fault: one.fault, outageS },
    ...patience[one.fault === 'outage' ? 'outage' : one.fault === 'none' ? 'none' : 'kill'],
  })
  for (const rate of one.rates) {
    if (bench.leftMs < one.seconds * 1_000) throw new Error(`no time left in a short run at ${count(rate)}/s`)
    const result = { peer: peer.name, case: one.name, sensors: one.sensors, ...(await contest.run(round(rate))) }
    results.push(result)
    bench.say(lineOf(result))
    if (result.lost_percent > hopelessPercent) break
  }
  if (one.name === 'plain' && !quick && minutes === undefined) await search(peer, contest, round)
}

/** On a shared machine the scheduler may cause a loss, so a rate with a loss is tried once again. */
async function search(peer: Peer, contest: Contest, round: (rate: number) => Round): Promise<void> {
  const found = await highestLossFree({
    from: searchFrom,
    max: searchMax,
    halvings: 2,
    async holds(rate) {
      for (let tries = 0; tries < 2; tries++) {
        const { lost, offered } = await contest.run(round(rate))
        if (lost === 0) return offered > rate * 0.95
        await sleep(1_000)
      }
      return false
    },
  })
  highest[peer.name] = found.highest
  bench.say(`${peer.name}: loss-free up to ${count(found.highest)}/s`)
}

function lineOf(line: Line): string {
  const facts = [
    `${line.peer.padEnd(15)} ${line.case.padEnd(8)} ${count(line.rate).padStart(7)}/s (${count(line.offered)} reached)`,
    `${line.lost_percent} % lost (${count(line.overrun)} overrun, ${count(line.taken_and_lost)} taken and lost)`,
    `${count(line.doubled)} doubled`,
    `${count(line.rows_per_s)} rows/s`,
    `${line.cpu_s_per_million} CPU s/M (+ database ${line.database_cpu_s_per_million})`,
    `${line.pss_mb} MB`,
  ]
  return facts.join('  ')
}

/** Without a search: the highest rate tried at which nothing was lost. */
function lossFree(name: string): number {
  const tried = results.filter((line) => line.peer === name && line.case === 'plain' && line.lost === 0)
  return highest[name] ?? Math.max(0, ...tried.map(({ rate }) => rate))
}

const own = lossFree(baykeeperPeer.name)
const ratios = Object.fromEntries(
  running
    .filter((peer) => peer !== baykeeperPeer && lossFree(peer.name) > 0)
    .map(({ name }) => [`loss_free_rate_to_${name}`, rounded(own / lossFree(name), 2)]),
)
const figures: PeersResult = {
  ...(minutes === undefined ? {} : { within: { minutes, seconds, kill_s: killS, outage_s: outageS } }),
  loss_free_rate: cases.some(({ name }) => name === 'plain')
    ? Object.fromEntries(running.map(({ name }) => [name, lossFree(name)]))
    : {},
  about: Object.fromEntries(peers.map(({ name, about }) => [name, about])),
  cases: Object.fromEntries(cases.map(({ name, about }) => [name, about])),
  versions,
  not_run: notRun,
  results,
}
await bench.finish(ratios, figures)
