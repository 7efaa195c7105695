/**
 * Speed of the journal compared with its disk, all in one run on one disk. Prints; judges nothing.
 * `npm run bench -- journal [directory] [--quick] [--json]`: with --json the last line is one object.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureBatches, measurePaced } from './bench/acknowledgements.ts'
import { measureRestart } from './bench/restart.ts'
import { measureThroughput } from './bench/throughput.ts'

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
/** Seconds for each part. The restart gets what it needs for its records, up to its limit. */
const spent = values.quick
  ? { throughput: 12, batch: 0.5, paced: 4, restart: 16 }
  : { throughput: 60, batch: 2, paced: 15, restart: 120 }
const restartRecords = 10_000_000

const dir = await mkdtemp(join(positionals[0] ?? tmpdir(), 'journal-bench-'))
try {
  const { raw, large, small } = await measureThroughput(dir, performance.now() + spent.throughput * 1_000)
  show('raw write + fdatasync', raw)
  show('journal, 4 KiB records', large)
  show('journal, 100-byte records', small)
  // Turn by turn: neighbours in time have had the same machine.
  const ratio = median(large.map((speed, i) => speed / (raw[i] ?? Number.NaN)))
  const ratio100 = median(small.map((speed, i) => speed / (raw[i] ?? Number.NaN)))
  say(`ratio ${ratio.toFixed(2)}, ratio_100b ${ratio100.toFixed(2)} (medians of ${raw.length} turns)\n`)

  const batches = await measureBatches(dir, spent.batch * 1_000)
  say('batch  system    records/s   p50 ms   p99 ms')
  for (const { batch, system, recordsPerSecond, p50Ms, p99Ms } of batches)
    say(
      `${`${batch}`.padStart(5)}  ${system.padEnd(8)} ${recordsPerSecond.toLocaleString('en').padStart(10)} ${ms(p50Ms)} ${ms(p99Ms)}`,
    )

  const paced = await measurePaced(dir, 20_000, spent.paced * 1_000)
  say(
    `\nat 20,000 records/s, one a call: p50${ms(paced.p50Ms)} ms, p99${ms(paced.p99Ms)} ms, ${paced.syncs} writes, ${paced.cores.toFixed(2)} cores`,
  )

  const restart = await measureRestart(dir, restartRecords, performance.now() + spent.restart * 1_000)
  say(
    `restart after kill -9 with ${restart.records.toLocaleString('en')} records: ready in ${restart.readyMs.toFixed(0)} ms (opening ${restart.openMs.toFixed(0)} ms), ${restart.memoryMb.toFixed(0)} MB`,
  )
  const summary = { ratio, ratio_100b: ratio100, ack_p99_ms: paced.p99Ms, raw_mb_s: median(raw) }
  if (values.json)
    console.log(
      JSON.stringify({
        ...rounded(summary),
        batches: batches.map(rounded),
        paced: rounded(paced),
        restart: rounded(restart),
      }),
    )
} finally {
  rmSync(dir, { recursive: true, force: true })
}

function show(name: string, speeds: readonly number[]) {
  const at = (share: number) => speeds.toSorted((a, b) => a - b)[Math.floor(speeds.length * share)]?.toFixed(0) ?? '-'
  say(`${name.padEnd(28)} ${at(0.5).padStart(5)} MB/s   (half of the turns between ${at(0.25)} and ${at(0.75)})`)
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}

function ms(value: number): string {
  return value.toFixed(2).padStart(8)
}

function say(text: string) {
  console.log(text)
}

function rounded<T extends object>(figures: T): T {
  const round = (value: unknown) => (typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value)
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)])) as T
}
