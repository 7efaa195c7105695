/**
 * `npm run bench -- limits`: the whole pipeline flat out, by every source into every store, in turns with what stands below it: a bare bulk
 * insert of the same rows, a bare broker, Mosquitto with a bare subscriber. Then latencies at 10,000 events/s.
 *
 * Options: --quick, --json, --record, --store NAMES, --sources NAMES, --seconds N, --devices N.
 */
import { serverMissing } from '../src/store/testing/server-programs.ts'
import { missing } from '../tools/parts.ts'
import { bareBroker, bareMosquitto } from './limits/bare-mqtt.ts'
import { pacedLatencies } from './limits/paced.ts'
import { openPlace, type StoreName } from './limits/place.ts'
import { openServerUnderLoad, type ServerUnderLoad, type SourceName, sources } from './limits/server-under-load.ts'
import type { LimitsResult } from './report/results.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { count, mean, rounded } from './run/figures.ts'

const flags = benchFlags(['store', 'sources', 'seconds', 'devices'])
const { quick } = flags
const seconds = flags.numbers('seconds')?.[0] ?? (quick ? 1 : 30)
const rawSeconds = quick ? 1 : 5
const pacedSeconds = quick ? 3 : 60
const pacedRate = 10_000
const devices = flags.numbers('devices')?.[0] ?? 2_000
/** A server under load, its flood and its drain; parts that a quick run skips are listed. */
const quickTurnMs = 6_000

const stores = (['mariadb', 'mysql', 'sqlite'] satisfies StoreName[]).filter((name) => wanted('store', name))
const chosen = sources.filter((name) => wanted('sources', name))

function wanted(flag: string, name: string): boolean {
  const names = flags.value(flag)
  return names === undefined || names.split(',').includes(name)
}

type Limit = LimitsResult['results'][number]

const bench = beginBench('limits', flags, stores.length * chosen.length + 2)
const results: Limit[] = []
const notRun: Record<string, string> = {}
const raw: Record<string, number[]> = {}

function skip(what: string, why: string): void {
  notRun[what] = why
  bench.say(`! ${what} NOT RUN: ${why}`)
}

if (quick) await bareMqtt()
for (const store of stores) {
  const absent = store !== 'sqlite' && serverMissing(store)
  if (absent) skip(store, absent)
  else await measureStore(store).catch((fault) => skip(store, (fault as Error).message))
}

async function bareMqtt(): Promise<void> {
  await bare('bare broker', 'mqtt', bareBroker)
  await bare('bare Mosquitto to mqtt.js', 'mosquitto', bareMosquitto)
}

async function bare(name: string, source: SourceName, measure: (seconds: number) => Promise<number>): Promise<void> {
  if (!chosen.includes(source)) return
  const absent = source === 'mosquitto' && missing('mosquitto')
  if (absent) return skip(name, absent)
  if (bench.leftMs < quickTurnMs) return skip(name, 'no time left in a quick run')
  try {
    const before = raw[source] ?? []
    raw[source] = [...before, await measure(rawSeconds)]
    bench.say(`${name}: ${count(raw[source].at(-1))} messages/s`)
  } catch (fault) {
    skip(name, (fault as Error).message)
  }
  bench.step()
}

async function measureStore(store: StoreName): Promise<void> {
  await using place = await openPlace(store)
  const rawInsert = async () => {
    const rate = await place.rawRate(rawSeconds)
    raw[store] = [...(raw[store] ?? []), rate]
    bench.say(`${store}: raw bulk insert ${count(rate)} rows/s`)
  }
  await rawInsert()
  if (quick && bench.leftMs < quickTurnMs * 3) return skip(`all sources to ${store}`, 'no time left in a quick run')
  // A quick run measures all sources on one server; otherwise each has its own, so that memory and disk are its own.
  for (const group of quick ? [chosen] : chosen.map((source) => [source])) {
    const there = group.filter((source) => {
      const absent = source === 'mosquitto' && missing('mosquitto')
      if (absent) skip(`${source} to ${store}`, absent)
      return !absent
    })
    if (there.length === 0) continue
    await using loaded = await openServerUnderLoad(place, there)
    let total = 0
    for (const source of there) {
      if (bench.leftMs < quickTurnMs) skip(`${source} to ${store}`, 'no time left in a quick run')
      else total = await measureSource(loaded, store, source, total)
      bench.step()
    }
    if (!quick) await rawInsert()
  }
  if (quick && bench.leftMs > quickTurnMs) await rawInsert()
}

/** Returns how many events were sent to the server by now. */
async function measureSource(
  loaded: ServerUnderLoad,
  store: StoreName,
  source: SourceName,
  before: number,
): Promise<number> {
  if (!quick && source === 'mqtt') await bare('bare broker', source, bareBroker)
  if (!quick && source === 'mosquitto') await bare('bare Mosquitto to mqtt.js', source, bareMosquitto)
  const load = await loaded.load(source, devices)
  // The first of everything is slow: code is compiled, connections are made, files get their blocks.
  const warm = await load.ask({ kind: 'flood', seconds: Math.min(2, seconds / 3) })
  let total = before + warm.sent
  await loaded.drained(total)
  const disk = async () => ({ journal: await loaded.journalBytes(), database: await loaded.place.diskBytes() })
  const diskBefore = await disk()
  const cpuBefore = loaded.cpuS()
  const began = performance.now()
  const { sent } = await load.ask({ kind: 'flood', seconds })
  total += sent
  await loaded.drained(total)
  const tookS = (performance.now() - began) / 1_000
  const cpuS = loaded.cpuS() - cpuBefore
  const diskAfter = await disk()
  const paced = !quick || source === 'http' ? await pacedLatencies(loaded, load, pacedRate, pacedSeconds) : undefined
  total += paced?.sent ?? 0
  await loaded.drained(total)
  const { stored, doubled } = await loaded.count()
  const limit: Limit = {
    store,
    source,
    events_per_s: Math.round(sent / tookS),
    sent: total,
    lost: total - stored,
    doubled,
    cpu_s_per_million: rounded((cpuS / sent) * 1e6, 2),
    pss_mb: Math.round(loaded.pssMb()),
    database_pss_mb: Math.round(loaded.databasePssMb()),
    journal_bytes_per_event:
      diskAfter.journal > diskBefore.journal ? rounded((diskAfter.journal - diskBefore.journal) / sent, 1) : null,
    database_bytes_per_event:
      diskAfter.database > diskBefore.database ? rounded((diskAfter.database - diskBefore.database) / sent, 1) : null,
    ...(paced ? { paced } : {}),
  }
  results.push(limit)
  bench.say(lineOf(limit))
  return total
}

function lineOf({ store, source, paced, ...limit }: Limit): string {
  const facts = [
    `${`${source} to ${store}`.padEnd(20)} ${count(limit.events_per_s).padStart(8)} events/s`,
    `${limit.lost} lost, ${limit.doubled} doubled`,
    `${limit.cpu_s_per_million} CPU s/M`,
    `${limit.pss_mb} MB`,
    `${limit.journal_bytes_per_event ?? '-'} + ${limit.database_bytes_per_event ?? '-'} bytes/event`,
  ]
  if (paced)
    facts.push(
      `at ${count(paced.rate)}/s p50/p99: acknowledged ${paced.acknowledged ? `${paced.acknowledged.p50_ms}/${paced.acknowledged.p99_ms}` : '-'} ms, committed ${paced.committed.p50_ms}/${paced.committed.p99_ms} ms, browser ${paced.browser.p50_ms}/${paced.browser.p99_ms} ms, ${paced.cores} cores`,
    )
  return facts.join('  ')
}

const yardstick = (name: string) => mean(raw[name] ?? [])
const ratios = Object.fromEntries(
  results
    .map(({ store, source, events_per_s }): [string, number] => {
      const isMqtt = source === 'mqtt' || source === 'mosquitto'
      const below = yardstick(isMqtt ? source : store)
      return [`${source}_to_${store}_of_${isMqtt ? 'bare_mqtt' : 'raw_insert'}`, rounded(events_per_s / below, 3)]
    })
    .filter(([, ratio]) => Number.isFinite(ratio)),
)
const figures: LimitsResult = {
  devices,
  raw: Object.fromEntries(Object.entries(raw).map(([name, rates]) => [name, rates.map(Math.round)])),
  not_run: notRun,
  results,
}
await bench.finish(ratios, figures)
