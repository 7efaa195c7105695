/** docs/forecast-served.md and the served part of docs/forecast.json: what the product's own recipe was measured at. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ColdStart } from './cold-start.ts'
import { productName, type Served } from './served-run.ts'
import { errorTable, quantileTable, versusTable } from './tables-of-results.ts'

const jsonFile = 'docs/forecast.json'
const partFile = 'docs/forecast-served.md'
const order = ['F', 'M', 'A', 'B', 'cold_start']

export interface Chapter {
  readonly name: string
  readonly text: string
  readonly json: object
}

/** Of the figures; those of an earlier one stay visible. */
const recipe = 'six experts, trees among them, weighed by the regularised leader (decision 25)'
const firstRecipe = 'five experts without trees, weighed by ML-Poly (decision 19)'

interface Replaced {
  readonly recipe: string
  readonly geometric_ratio: number | undefined
  readonly mae: Readonly<Record<string, number>>
}

interface Figures {
  readonly recipe?: string
  readonly geometric_ratio?: { readonly difference: number }
  readonly horizons?: Readonly<Record<string, { readonly mae: number }>>
  readonly replaced?: readonly Replaced[]
  readonly bench_only?: unknown
}

/** Figures of recipes that are not served any more, newest first. */
function replacedBy(before: Figures | undefined): Replaced[] {
  if (!before?.geometric_ratio) return []
  const known = before.replaced ?? []
  const last = before.recipe ?? firstRecipe
  if (last === recipe) return [...known]
  const mae = Object.fromEntries(Object.entries(before.horizons ?? {}).map(([name, figures]) => [name, figures.mae]))
  return [{ recipe: last, geometric_ratio: before.geometric_ratio.difference, mae }, ...known]
}

const replacedText = (replaced: readonly Replaced[]): string =>
  replaced
    .map(({ recipe, mae, geometric_ratio }) => {
      const points = Object.entries(mae).map(([name, value]) => `${name} ${(100 * value).toFixed(3)}`)
      return `\n\nReplaced, of another recipe (${recipe}): ${points.join(', ')}; ratio ${geometric_ratio?.toFixed(4)}.`
    })
    .join('')

/** Chapters that were not run this time keep the results of an earlier run. */
export function writeServed(root: string, chapters: readonly Chapter[]): void {
  const read = (file: string) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '')
  const json = JSON.parse(read(jsonFile) || '{}') as Record<string, Figures | undefined>
  const replaced = new Map(chapters.map(({ name }) => [name, name === 'cold_start' ? [] : replacedBy(json[name])]))
  for (const { name, json: figures } of chapters) {
    const before = json[name]
    const benchOnly = before?.bench_only
    const old = replaced.get(name) ?? []
    json[name] = {
      ...figures,
      ...(old.length > 0 ? { replaced: old } : {}),
      ...(benchOnly && name !== 'cold_start' ? { bench_only: benchOnly } : {}),
    }
  }
  writeFileSync(path.join(root, jsonFile), `${JSON.stringify(json, undefined, 2)}\n`)
  const kept = new Map(
    read(partFile)
      .split(/^(?=### )/m)
      .flatMap((part) => {
        const name = /^### (\w+)[:,]/.exec(part)?.[1]
        return name ? [[name, part.trim()] as const] : []
      }),
  )
  for (const { name, text } of chapters) kept.set(name, `${text}${replacedText(replaced.get(name) ?? [])}`)
  const parts = order.flatMap((name) => kept.get(name) ?? [])
  writeFileSync(path.join(root, partFile), `${[head, ...parts].join('\n\n')}\n`)
}

const head = `## Served by the product

Written by \`npm run bench -- forecast --served\`. The forecaster of the product is asked origin by origin, in the order of time, with the
shipped weights and the 92 days of history that a server keeps; what it answers is scored. Nothing is fitted for the test beside it: its
mix and intervals learn from the last 28 days every night, its trees from the last 92 days every week, as on a server. Baselines may use all the past there is, are listed
by name, and the best one at each horizon is chosen on the test itself; intervals of differences are bootstraps over blocks of 7 days.
Trees are 300 of 31 leaves on a share of the rows. "Day" is targets from 7 to 21 h, against the same baseline.`

/** By the clock of a shared core, once, before the release. */
const trainMinutes = { trees: 14 }

export function servedChapter({ result, day, experts, alone, seconds, model, trees, every }: Served): Chapter {
  const score = result.methods.find(({ name }) => name === productName)
  const versus = result.versus[productName] ?? []
  const points = (value: number | undefined) => (100 * (value ?? Number.NaN)).toFixed(3)
  const row = (name: string, cells: readonly string[]) => `| ${[name, ...cells].join(' | ')} |`
  const shares = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .filter(([, share]) => share >= 0.01)
      .sort(([, a], [, b]) => b - a)
      .map(([name, share]) => `${name} ${share.toFixed(2)}`)
      .join(', ')
  const table = [
    row('served', result.horizonNames),
    row(
      '---',
      result.horizonNames.map(() => '---'),
    ),
    row(
      'day: served / best baseline',
      day.map(({ mae, baselineMae }) => `${points(mae)} / ${points(baselineMae)}`),
    ),
    row('mean share of each expert', experts.map(shares)),
    ...Object.entries(alone).map(([name, maes]) => row(`expert alone: ${name}`, maes.map(points))),
  ]
  const text = [
    `### ${result.protocol}: ${result.title}, ${result.split} ${result.window[0]} to ${result.window[1]} (exclusive)`,
    '',
    `Weights ${model}, ${score?.parameters} parameters; trees ${trees}; ${seconds.toFixed(0)} s by the clock of a shared core${every > 1 ? `; a share of the origins, every ${every}.` : '.'}`,
    '',
    ...[errorTable(result), '', versusTable(result), '', ...table, '', quantileTable(result)],
  ].join('\n')
  const horizons = Object.fromEntries(
    result.horizonNames.map((name, h) => [
      name,
      {
        mae: score?.mae[h],
        mae_day: day[h]?.mae,
        pinball: score?.quantile?.[h]?.pinball,
        coverage80: score?.quantile?.[h]?.coverage80,
        coverage95: score?.quantile?.[h]?.coverage95,
        best_baseline: versus[h]?.baseline,
        best_baseline_mae: versus[h]?.baselineMae,
        best_baseline_mae_day: day[h]?.baselineMae,
        diff_ci95: [versus[h]?.interval.low, versus[h]?.interval.high],
        experts: Object.fromEntries(Object.entries(alone).map(([expert, maes]) => [expert, maes[h]])),
        shares: experts[h],
        seeds: 1,
        parameters: score?.parameters,
        pairs: result.pairs[h],
      },
    ]),
  )
  const { title, window, split } = result
  const json = {
    title,
    window,
    split,
    served: productName,
    recipe,
    weights: model,
    trees,
    every,
    train_minutes: trainMinutes,
    geometric_ratio: result.ratio[productName],
    horizons,
  }
  return { name: result.protocol, text, json }
}

/** By protocol, horizon names and what was found. */
export function coldChapter(
  found: readonly { name: string; horizonNames: readonly string[]; of: readonly ColdStart[] }[],
): Chapter {
  const lines = found.flatMap(({ name, horizonNames, of }) => [
    '',
    `${name}: error in points / that of the better of similar days and persistence; coverage of 80 %`,
    '',
    `| days of history | ${horizonNames.join(' | ')} |`,
    `| --- | ${horizonNames.map(() => '---').join(' | ')} |`,
    ...of.map(
      ({ days, horizons }) =>
        `| ${days} | ${horizons
          .map(
            (h) =>
              `${(100 * h.mae).toFixed(2)} / ${(100 * h.best_baseline_mae).toFixed(2)}; ${(100 * h.coverage80).toFixed(0)}`,
          )
          .join(' | ')} |`,
    ),
  ])
  const text = [
    '### cold_start: a new site with few days of history',
    '',
    'Weights that have never seen the city; one day from every third midnight of the test window on, each with a forecaster that knows',
    'only so many days.',
    ...lines,
  ].join('\n')
  const json = Object.fromEntries(
    found.map(({ name, horizonNames, of }) => [
      name,
      Object.fromEntries(
        of.map(({ days, horizons }) => [
          `${days} days`,
          { horizons: Object.fromEntries(horizonNames.map((horizon, h) => [horizon, horizons[h]])) },
        ]),
      ),
    ]),
  )
  return { name: 'cold_start', text, json }
}
