/**
 * `npm run bench -- forecast [--protocol F|M|B|city] [--validation] [--quick] [--seeds 3] [--steps N] [--cache DIR] [--data DIR]`
 *
 * Scores the network against all baselines. Without `--validation` it opens test windows, counts that in docs/forecast-openings.json, and
 * writes docs/forecast.md, its plots and docs/forecast.json. `--quick` is one small seed on a generated city, and writes nothing.
 * `--served` measures what the product's own recipe serves (docs/forecast-served.md), with `--every N` on a share of the origins; `--ablations` writes docs/forecast-ablations.md from validation alone, and takes it into the report. `--train-only` fills the cache with base weights, opens nothing.
 */
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { runAblations } from './bench/ablations.ts'
import { openCache } from './bench/cache.ts'
import { runColdStart } from './bench/cold-start.ts'
import { fitDefaults } from './bench/fitted-methods.ts'
import { networkDefaults } from './bench/network-methods.ts'
import { countOpening } from './bench/openings.ts'
import { type Protocol, protocols } from './bench/protocols.ts'
import { writeReport } from './bench/report.ts'
import { type Ran, type RunOptions, runProtocol, trainOnly } from './bench/run-protocol.ts'
import { coldChapter, servedChapter, writeServed } from './bench/served-report.ts'
import { runServed } from './bench/served-run.ts'
import { tableOf } from './bench/tables-of-results.ts'
import { muensterFile } from './data/muenster.ts'

const root = path.join(import.meta.dirname, '..')
/** Share of the trees in the served blend; chosen on validation (docs/forecast-trials.md). */
const treeShare = { near: 0.2, day: 0.5 }
/** Live ingest comes first. */
const niceness = 15

const { values } = parseArgs({
  options: {
    protocol: { type: 'string' },
    validation: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: String(networkDefaults.steps) },
    trees: { type: 'string', default: String(fitDefaults.trees) },
    'weekly-steps': { type: 'string', default: String(networkDefaults.weeklySteps) },
    cache: { type: 'string' },
    'train-only': { type: 'boolean', default: false },
    ablations: { type: 'boolean', default: false },
    served: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    data: { type: 'string', default: path.join(root, '../shared/data') },
  },
})

os.setPriority(niceness)
const log = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`)
const options: RunOptions = {
  dataFolder: values.data,
  split: values.validation ? 'validation' : 'test',
  fit: { ...fitDefaults, trees: values.quick ? 40 : Number(values.trees) },
  network: {
    ...networkDefaults,
    seeds: values.quick ? 1 : Number(values.seeds),
    steps: values.quick ? 40 : Number(values.steps),
    weeklySteps: values.quick ? 5 : Number(values['weekly-steps']),
  },
  treeShare,
  cache: openCache(values.cache, log),
  log,
}

if (values['train-only']) {
  for (const name of chosen()) await trainOnly(protocols[name] as Protocol, options)
  process.exit(0)
}

if (values.ablations) {
  await runAblations(protocols['M'] as Protocol, options, path.join(root, 'docs/forecast-ablations.md'))
  writeReport(root, [])
  process.exit(0)
}

if (values.served) {
  await serveAll()
  process.exit(0)
}

const ran: Ran[] = []
for (const name of chosen()) {
  const protocol = protocols[name]
  if (!protocol) throw new Error(`there is no protocol ${name}: ${Object.keys(protocols).join(', ')}`)
  if (options.split === 'test' && name !== 'city') countOpening(root, name)
  const one = await runProtocol(protocol, options)
  console.log(tableOf(one.result))
  ran.push(one)
  // After each protocol, so that an interrupted run has printed its results.
  if (options.split === 'test' && name !== 'city') writeReport(root, ran)
}

/** Cold starts are measured in cities that the shipped weights have never seen. */
async function serveAll(): Promise<void> {
  const names = values.protocol?.split(',') ?? ['F', 'M', 'A', 'B']
  const cold: Parameters<typeof coldChapter>[0][number][] = []
  for (const name of names) {
    const protocol = protocols[name]
    if (!protocol) throw new Error(`there is no protocol ${name}: ${Object.keys(protocols).join(', ')}`)
    if (options.split === 'test') countOpening(root, name)
    const served = await runServed(protocol, { ...options, every: Number(values.every) })
    console.log(tableOf(served.result))
    if (name === 'A' || name === 'B')
      cold.push({ name, horizonNames: protocol.horizonNames, of: await runColdStart(protocol, options) })
    if (options.split !== 'test') continue
    writeServed(root, [servedChapter(served), ...(cold.length > 0 ? [coldChapter(cold)] : [])])
    writeReport(root, [])
  }
}

function chosen(): string[] {
  if (values.quick) return ['city']
  if (values.protocol) return values.protocol.split(',')
  try {
    muensterFile(values.data)
  } catch (error) {
    log(`${(error as Error).message}\nRunning on a generated city instead.`)
    return ['city']
  }
  return existsSync(path.join(values.data, 'datasets/birmingham')) ? ['F', 'M', 'B'] : ['F', 'M']
}
