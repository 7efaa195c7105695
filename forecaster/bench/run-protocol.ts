/** One window of one protocol, all methods: what the bench prints, reports and stores comes from here. */
import { mediansOf } from '../scoring/quantiles.ts'
import type { Cache } from './cache.ts'
import { calibratedQuantiles, residualQuantiles } from './calibrated.ts'
import { type FitOptions, firstTrees, fittedMethods } from './fitted-methods.ts'
import type { Method } from './method.ts'
import { arMethod, dLinearMethod, naiveMethods } from './naive-methods.ts'
import {
  averaged,
  baseWeights,
  blended,
  configFor,
  type NetworkOptions,
  networkSeed,
  type SeedCells,
} from './network-methods.ts'
import type { Protocol } from './protocols.ts'
import { type Result, resultOf } from './results.ts'
import { closedSetting, type Setting, settingOf } from './setting.ts'

export interface RunOptions {
  readonly dataFolder: string
  readonly split: 'validation' | 'test'
  readonly fit: FitOptions
  readonly network: NetworkOptions
  /** Share of the trees in the blend that is served: up to four hours, and a day ahead. */
  readonly treeShare: { readonly near: number; readonly day: number }
  readonly cache: Cache
  readonly log: (text: string) => void
}

export interface Ran {
  readonly setting: Setting
  readonly methods: readonly Method[]
  readonly result: Result
}

export const servedName = 'served: network + trees'
export const networkName = 'network'

export async function runProtocol(protocol: Protocol, options: RunOptions): Promise<Ran> {
  const { log } = options
  const setting = settingOf(protocol, options.split, options.dataFolder)
  log(`${protocol.name} ${options.split}: ${setting.panel.lots.length} lots, ${setting.panel.days} days read`)
  const ar = arMethod(setting)
  const fitted = await fittedMethods(setting, options.fit, options.cache)
  const trees = fitted.find(({ name }) => name === 'trees') as Method
  const mean = meanMethod('mean of AR, ridge, trees', [ar, ...fitted.slice(0, 2)])
  const baselines = [...naiveMethods(setting), ar, dLinearMethod(setting), ...fitted, mean].map((method) =>
    method === ar || fitted.includes(method) || method === mean
      ? { ...method, quantiles: residualQuantiles(setting, method.point) }
      : method,
  )
  const seeds: SeedCells[] = []
  for (let seed = 1; seed <= options.network.seeds; seed++)
    seeds.push(await networkSeed({ setting, options: options.network, cache: options.cache, onProgress: log }, seed))
  const raw = averaged(seeds)
  const { parameters } = seeds[0] as SeedCells
  const minutes = seeds.reduce((sum, seed) => sum + seed.minutes, 0) / seeds.length
  const ours = (name: string, quantiles: Float32Array[]): Method => {
    const calibrated = calibratedQuantiles(setting, quantiles)
    return { name, ours: true, parameters, minutes, quantiles: calibrated, point: calibrated.map(mediansOf) }
  }
  const network = ours(networkName, raw)
  const { near, day } = options.treeShare
  const shares = protocol.horizons.map((horizon) => (horizon < setting.panel.slots ? near : day))
  const served = ours(servedName, blended(raw, trees.point, shares))
  const methods = [...baselines, network, served]
  const seedPoints = seeds.map(({ cells }) => cells.map(mediansOf))
  return { setting, methods, result: resultOf({ setting, methods, seedPoints, served: servedName }) }
}

/** Base weights and first trees into the cache, from data before any test window. */
export async function trainOnly(
  protocol: Protocol,
  { dataFolder, network, fit, cache, log }: RunOptions,
): Promise<void> {
  const setting = closedSetting(protocol, dataFolder)
  const options = { ...network, steps: protocol.steps ?? network.steps }
  for (let seed = 1; seed <= network.seeds; seed++)
    await baseWeights({ setting, options, cache, onProgress: log }, seed, configFor(setting, options))
  for (const h of protocol.horizons.keys()) await firstTrees({ setting, h, options: fit, cache })
}

function meanMethod(name: string, parts: readonly Method[]): Method {
  const [first] = parts
  const point = (first?.point ?? []).map((values, h) =>
    values.map((_, cell) => parts.reduce((sum, part) => sum + (part.point[h]?.[cell] as number), 0) / parts.length),
  )
  return { name, point }
}
