/**
 * Contribution of each part: short trainings of one seed on the validation window of protocol M that differ in one setting. Writes a table the
 * report takes in. Never touches a test window.
 */
import { writeFileSync } from 'node:fs'
import { stepOf } from '../data/panel.ts'
import { allParts } from '../model/config.ts'
import { newPredictor } from '../model/predictor.ts'
import { meanAbsoluteError } from '../scoring/errors.ts'
import { levels, mediansOf } from '../scoring/quantiles.ts'
import { fillNetworkCells } from './network-cells.ts'
import { baseWeights, configFor, type NetworkOptions } from './network-methods.ts'
import type { Protocol } from './protocols.ts'
import type { RunOptions } from './run-protocol.ts'
import { type Setting, settingOf } from './setting.ts'

interface Variant {
  readonly name: string
  readonly options?: Partial<NetworkOptions>
  readonly trainFrom?: string
}

const variants: readonly Variant[] = [
  { name: 'all parts' },
  { name: 'without the anchor (residual over the present rate)', options: { parts: { ...allParts, anchor: false } } },
  { name: 'without patches of the last day', options: { parts: { ...allParts, patches: false } } },
  { name: 'without past days', options: { parts: { ...allParts, days: false } } },
  { name: 'without the mixing head', options: { parts: { ...allParts, mixing: false } } },
  { name: 'without holidays (covariates)', options: { parts: { ...allParts, covariates: false } } },
  { name: 'with all lots as flat context', options: { contextLots: true } },
  { name: 'history from 2023 only', trainFrom: '2023-01-01' },
]

/** Every fifth origin is enough. */
const stride = 5
export const ablationSteps = 600

export async function runAblations(protocol: Protocol, run: RunOptions, file: string): Promise<void> {
  const rows: string[] = []
  let whole: readonly number[] | undefined
  for (const variant of variants) {
    const own = variant.trainFrom ? { ...protocol, trainFrom: variant.trainFrom } : protocol
    const setting = settingOf(own, 'validation', run.dataFolder)
    const mae = await errorsOf(setting, { ...run.network, ...variant.options, steps: ablationSteps }, run)
    whole ??= mae
    const figures = [...mae.map((value) => (100 * value).toFixed(3)), geometricRatio(mae, whole).toFixed(3)]
    const row = `| ${variant.name} | ${figures.join(' | ')} |`
    run.log(row)
    rows.push(row)
  }
  const { horizonNames, validation } = protocol
  const text = [
    '## Ablations, on validation',
    '',
    `Protocol ${protocol.name}, ${validation[0]} to ${validation[1]} (exclusive), every fifth origin, one seed, ${ablationSteps} steps each: far from trained out, but alike.`,
    'MAE in points; the ratio is the geometric mean over horizons of the error over that of all parts. Three seeds trained out differ by .1 % in it.',
    '',
    `| variant | ${horizonNames.join(' | ')} | ratio |`,
    `|${' --- |'.repeat(horizonNames.length + 2)}`,
    ...rows,
  ].join('\n')
  writeFileSync(file, `${text}\n`)
}

const geometricRatio = (errors: readonly number[], others: readonly number[]) =>
  Math.exp(errors.reduce((sum, error, h) => sum + Math.log(error / (others[h] as number)), 0) / errors.length)

async function errorsOf(setting: Setting, options: NetworkOptions, { cache, log }: RunOptions): Promise<number[]> {
  const { panel, view, protocol } = setting
  const config = configFor(setting, options)
  const { tensors } = await baseWeights({ setting, options, cache, onProgress: log }, 1, config)
  const from = stepOf(panel, protocol.validation[0])
  const window = { from: setting.window.from, to: setting.window.to }
  const lots = panel.lots.length
  const out = protocol.horizons.map(() =>
    new Float32Array((window.to - window.from) * lots * levels.length).fill(Number.NaN),
  )
  await using predictor = await newPredictor(config, tensors)
  const embeddings = Int32Array.from(panel.lots.keys())
  await fillNetworkCells({ predictor, view, out, options: { from, to: window.to, stride, embeddings }, window })
  return setting.pairs.map((pairs, h) => {
    const point = mediansOf(out[h] as Float32Array)
    const mask = pairs.mask.map((counts, cell) => (Number.isNaN(point[cell] as number) ? 0 : counts))
    return meanAbsoluteError(point, { truth: pairs.truth, mask })
  })
}
