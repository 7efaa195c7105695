/**
 * `npm run bench -- forecast-live [--parts ingest,training,serving] [--quick] [--json] [--seconds N] [--windows N] [--lots N] [--days N] [--rate N]`
 *
 * Forecasts on a live server: the effect of a training at 10,000 events/s on senders, how long a training takes by the clock, how
 * long 500 lots take to be forecast. On a generated city; every part has a server or a store of its own, which goes with it.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { measureBeside } from './forecast-live/beside-ingest.ts'
import { measureTraining } from './forecast-live/by-the-clock.ts'
import { measureServing } from './forecast-live/serving.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { rounded } from './run/figures.ts'

const flags = benchFlags(['parts', 'seconds', 'windows', 'lots', 'days', 'rate'])
const { quick } = flags
const parts = (flags.value('parts') ?? 'ingest,training,serving').split(',')
const number = (name: string, usual: number) => flags.numbers(name)?.[0] ?? usual
const days = number('days', quick ? 42 : 77)

const bench = beginBench('forecast-live', flags, parts.length)
const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-bench-'))
const ratios: Record<string, number> = {}
const figures: Record<string, unknown> = {}

if (parts.includes('ingest')) {
  const beside = await measureBeside(
    dir,
    {
      rate: number('rate', 10_000),
      windowS: number('seconds', quick ? 6 : 30),
      windows: number('windows', quick ? 1 : 4),
      lots: number('lots', 30),
      days,
    },
    bench.say,
  )
  const { without, with: besideTraining } = beside.median
  ratios['ack_p99_with_training'] = rounded(besideTraining.ack_p99_ms / without.ack_p99_ms, 2)
  ratios['commit_p99_with_training'] = rounded(besideTraining.commit_p99_ms / without.commit_p99_ms, 2)
  bench.say(
    `ingest at ${beside.rate} events/s, medians of windows: acknowledged p99 ${without.ack_p99_ms} ms without a training, ${besideTraining.ack_p99_ms} ms with one (x ${ratios['ack_p99_with_training']}); committed p99 ${without.commit_p99_ms} and ${besideTraining.commit_p99_ms} ms (x ${ratios['commit_p99_with_training']}); training ${beside.training_peak_mb} MB at most`,
  )
  figures['ingest'] = beside
  bench.step()
}
if (parts.includes('training')) {
  const trained = await measureTraining(dir, { lots: number('lots', 30), days })
  bench.say(
    `training: ${trained.lots} lots and ${trained.days} days in ${trained.minutes} minutes (${trained.steps} steps), ${trained.peak_mb} MB at most. ${trained.detail}`,
  )
  figures['training'] = trained
  bench.step()
}
if (parts.includes('serving')) {
  const served = await measureServing(
    dir,
    { lots: number('lots', quick ? 60 : 500), days, rounds: quick ? 3 : 8 },
    bench.say,
  )
  bench.say(
    `serving: ${served.lots} lots and ${days} days of history; first forecast ${served.first_s} s after the start; then ${served.rounds_s.join(', ')} s (read ${served.parts_ms.read}, answer ${served.parts_ms.answer}, keep ${served.parts_ms.keep} ms); forecaster ${served.forecaster_peak_mb} MB at most`,
  )
  figures['serving'] = served
  bench.step()
}
await bench.finish(ratios, figures)
process.exit(0)
