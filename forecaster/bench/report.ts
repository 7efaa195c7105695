/** docs/forecast.md with its plots, and docs/forecast.json: written by the full run alone, from what it measured. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readOpenings } from './openings.ts'
import { errorPlot, fanPlot, reliabilityPlot } from './plots.ts'
import type { Result } from './results.ts'
import { networkName, type Ran, servedName } from './run-protocol.ts'
import { errorTable, lotTable, otherErrorsTable, quantileTable, versusTable } from './tables-of-results.ts'

const notesFile = 'docs/forecast-notes.md'
const ablationsFile = 'docs/forecast-ablations.md'
const servedFile = 'docs/forecast-served.md'
const benchOnly = `# Bench only

What follows was measured with recipes that are not served: three networks of 2,400 steps with the names of the lots, mixed with trees. It stays
here for comparison, and was replaced as the headline because no installation ever served it. Where it reads "served", it means that mix;
its intervals are bootstraps over single days, which is too narrow a day ahead.`

/** Protocols that were not run this time keep the results of an earlier run. */
export function writeReport(root: string, ran: readonly Ran[]): void {
  mkdirSync(path.join(root, 'docs/forecast'), { recursive: true })
  const kept = (file: string) =>
    existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8').trim() : ''
  const parts = {
    ...partsOf(kept('docs/forecast.md')),
    ...Object.fromEntries(ran.map((one) => [one.result.protocol, protocolPart(root, one)])),
  }
  const protocols = order.flatMap((name) => parts[name] ?? [])
  const text = [head(root), kept(servedFile), benchOnly, kept(notesFile), ...protocols, kept(ablationsFile)]
    .filter(Boolean)
    .join('\n\n')
  writeFileSync(path.join(root, 'docs/forecast.md'), `${text}\n`)
  const before = JSON.parse(kept('docs/forecast.json') || '{}') as Record<string, object | undefined>
  const json = {
    ...before,
    ...Object.fromEntries(
      ran.map(({ result }) => [result.protocol, { ...before[result.protocol], bench_only: jsonOf(result) }]),
    ),
  }
  writeFileSync(path.join(root, 'docs/forecast.json'), `${JSON.stringify(json, undefined, 2)}\n`)
}

const order = ['F', 'M', 'B'] as const

/** The chapters of protocols in a report, by their letter. */
export function partsOf(report: string): Record<string, string> {
  const chapters = report.split(/^(?=## )/m)
  return Object.fromEntries(
    chapters.flatMap((chapter) => {
      const name = /^## ([A-Z]): /.exec(chapter)?.[1]
      return name ? [[name, chapter.trim()]] : []
    }),
  )
}

function head(root: string): string {
  const openings = Object.entries(readOpenings(root)).map(
    ([name, { opened }]) => `${name} ${opened === 1 ? 'once' : `${opened} times`}`,
  )
  return [
    '# Forecasts, measured',
    '',
    'Written by `npm run bench -- forecast`; how it works is in the heads of `forecaster/`, what was tried on the way in',
    '[forecast-trials.md](forecast-trials.md). Errors are in points of occupancy rate; every method is judged on the same pairs of',
    'origin and target. Baselines are fed with what the network is fed. Intervals are paired bootstraps over days (1,000 draws).',
    '',
    `Test windows opened so far: ${openings.join(', ')}. Measured on ${os.cpus().length} x ${os.cpus()[0]?.model.trim()}, one core, Node ${process.version}.`,
  ].join('\n')
}

function protocolPart(root: string, ran: Ran): string {
  const { result } = ran
  const plot = (name: string, svg: string, words: string) => {
    const file = `forecast/${result.protocol.toLowerCase()}-${name}.svg`
    writeFileSync(path.join(root, 'docs', file), svg)
    return `![${words}](${file})`
  }
  const fans = [
    { lot: 0, day: 3, h: result.horizonNames.length - 2 },
    { lot: 5 % result.lots.length, day: 5, h: result.horizonNames.length - 1 },
  ]
  const ours = result.methods.find(({ name }) => name === networkName)
  return [
    `## ${result.protocol}: ${result.title}`,
    '',
    `Network: ${result.seeds.count} seeds averaged, ${ours?.parameters} parameters, ${ours?.minutes?.toFixed(1)} minutes a seed by the clock of a shared core.`,
    '',
    errorTable(result),
    '',
    plot('error', errorPlot(ran), 'error by horizon'),
    '',
    versusTable(result),
    '',
    quantileTable(result),
    '',
    plot('reliability', reliabilityPlot(ran), 'reliability'),
    '',
    otherErrorsTable(result),
    '',
    `Served, by lot:`,
    '',
    lotTable(result),
    '',
    ...fans.map((fan, i) => `${plot(`fan-${i + 1}`, fanPlot(ran, fan), 'a real day')}\n`),
  ].join('\n')
}

/** By horizon, for machines: the served forecast, and the network alone. */
function jsonOf(result: Result): unknown {
  const figures = (name: string) => {
    const score = result.methods.find((method) => method.name === name)
    const versus = result.versus[name]
    return Object.fromEntries(
      result.horizonNames.map((horizon, h) => [
        horizon,
        {
          mae: score?.mae[h],
          pinball: score?.quantile?.[h]?.pinball,
          coverage80: score?.quantile?.[h]?.coverage80,
          coverage95: score?.quantile?.[h]?.coverage95,
          best_baseline: versus?.[h]?.baseline,
          best_baseline_mae: versus?.[h]?.baselineMae,
          diff_ci95: [versus?.[h]?.interval.low, versus?.[h]?.interval.high],
          seeds: result.seeds.count,
          parameters: score?.parameters,
          train_minutes: score?.minutes,
        },
      ]),
    )
  }
  return {
    title: result.title,
    window: result.window,
    served: servedName,
    geometric_ratio: result.ratio,
    horizons: figures(servedName),
    network_alone: figures(networkName),
  }
}
