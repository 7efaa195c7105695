/**
 * `npm run bench -- domain [--quick] [--json] [--record] [--store NAMES] [--parts folds,served,rates]`: 50,000 bays and 50,000 sensors. The
 * folds alone, a layout published and a past day read beside ingest, sites at 1,000 requests/s, and the rate with 50,000 sensors beside that
 * with 2,000 on each store.
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { mariadbMissing } from '../src/store/testing/mariadb-fixture.ts'
import { measureRate, type RateResult } from './domain/rates.ts'
import { measureServed } from './domain/served.ts'
import { openPlace, type StoreName } from './limits/place.ts'
import type { DomainResult } from './report/results.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { count, rounded } from './run/figures.ts'

const flags = benchFlags(['store', 'parts'])
const { quick } = flags
/** What one store takes on an idle machine, both numbers of sensors, and what of it may go beyond the time of a quick run. */
const [storeMs, beyondMs] = [15_000, 15_000]
const few = 2_000
const many = 50_000
const wanted = (flag: string, name: string) => flags.value(flag)?.split(',').includes(name) ?? true
const stores = (['sqlite', 'mariadb'] satisfies StoreName[]).filter((name) => wanted('store', name))
/** Of readings, those that change their bay. */
type Folds = Readonly<Record<string, number>>

const bench = beginBench('domain', flags, 2 + 2 * stores.length)
const notRun: Record<string, string> = {}
const rates: Partial<Record<StoreName, RateResult[]>> = {}
const folds = wanted('parts', 'folds') ? await measureFolds() : undefined
bench.step()
const served = wanted('parts', 'served')
  ? await tried('served', () => measureServed({ quick, say: bench.say }))
  : undefined
bench.step()
if (wanted('parts', 'rates'))
  for (const store of stores)
    if (bench.leftMs + beyondMs < storeMs) notRun[store] = 'no time left in a quick run'
    else await tried(store, () => measureStore(store))

const ratios: Record<string, number> = {}
for (const [store, [small, large] = []] of Object.entries(rates))
  if (small && large) ratios[`${store}_50k_to_2k_sensors`] = rounded(large.events_per_s / small.events_per_s, 3)
const isWhole = stores.length === 2 && stores.every((store) => rates[store]?.length === 2)
const lowest = Math.min(...Object.values(ratios))
const worst = (list: readonly number[] | undefined) => (list && list.length > 0 ? Math.max(...list) : null)
await bench.finish(ratios, {
  folds_per_s: folds ? Math.min(...Object.values(folds)) : null,
  publish_ms: worst(served?.publish_ms),
  past_state_ms: worst(served?.past_state_ms),
  sites_p99_ms: served?.sites.p99_ms ?? null,
  rate_50k_ratio: isWhole ? lowest : null,
  ...(isWhole ? {} : { rate_50k_ratio_reason: notRun['mariadb'] ?? 'not both stores were measured' }),
  pss_50k_mb: worst(
    Object.values(rates).flatMap((list) => list.filter(({ sensors }) => sensors === many).map(({ pss_mb }) => pss_mb)),
  ),
  ...{ not_run: notRun, rates, ...(folds ? { folds } : {}), ...(served ? { served } : {}) },
} satisfies DomainResult & Record<string, unknown>)

async function measureFolds(): Promise<Folds> {
  const script = path.join(import.meta.dirname, '../src/processing/folds.bench.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    '--json',
    ...(quick ? ['--usual', '500000'] : ['4000000']),
  ])
  const lines = stdout.trim().split('\n')
  const found = lines.map((line) => JSON.parse(line) as { readonly rules: string } & Folds)
  let usual: Folds | undefined
  for (const { rules, ...rates } of found) {
    for (const [share, rate] of Object.entries(rates))
      bench.say(
        `folds with ${rules}, ${100 * Number(share)} % of readings change a bay: ${count(rate)} readings/s of a core`,
      )
    // As a server that was just installed has them.
    if (rules === 'built-in rules') usual = rates
  }
  if (!usual) throw new Error(`${script} did not measure the built-in rules`)
  return usual
}

async function measureStore(store: StoreName): Promise<void> {
  const absent = store === 'mariadb' && mariadbMissing()
  if (absent) throw new Error(absent)
  await using place = await openPlace(store)
  for (const sensors of [few, many]) {
    const seconds = sensors === few ? ([0.5, quick ? 1 : 8] as const) : ([0.7, quick ? 1 : 5] as const)
    const result = await measureRate(place, sensors, seconds)
    rates[store] = [...(rates[store] ?? []), result]
    bench.say(
      `${count(sensors)} sensors to ${store}: ${count(result.events_per_s)} events/s, ${result.lost} lost, ${result.pss_mb} MB`,
    )
    bench.step()
  }
}

/** What fails is named in the result, and the rest is measured. */
async function tried<T>(what: string, measure: () => Promise<T>): Promise<T | undefined> {
  try {
    return await measure()
  } catch (fault) {
    notRun[what] = (fault as Error).message
    bench.say(`! ${what} NOT RUN: ${notRun[what]}`)
    return undefined
  }
}
