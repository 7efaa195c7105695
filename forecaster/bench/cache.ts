/** Computed arrays by name in a folder outside the repository, so that an interrupted run can resume. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { featureVersion } from '../features/batch.ts'
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts'
import type { StoredTensors } from '../model/stored-tensors.ts'

export interface Kept {
  readonly tensors: StoredTensors
  /** Numbers worth reporting: seconds, steps. */
  readonly figures: Readonly<Record<string, number>>
}

export type Cache = (name: string, settings: unknown, compute: () => Promise<Kept>) => Promise<Kept>

/** `folder` undefined: nothing is kept. */
export function openCache(folder: string | undefined, log: (text: string) => void): Cache {
  if (folder) mkdirSync(folder, { recursive: true })
  return async (name, settings, compute) => {
    const key = createHash('sha256')
      .update(JSON.stringify([featureVersion, settings]))
      .digest('hex')
      .slice(0, 12)
    const file = folder ? path.join(folder, `${name}-${key}.safetensors`) : undefined
    if (file && existsSync(file)) {
      const { tensors, metadata } = readSafetensors(readFileSync(file))
      log(`${name}: kept from before`)
      return { tensors, figures: JSON.parse(metadata['figures'] ?? '{}') as Record<string, number> }
    }
    const started = performance.now()
    const kept = await compute()
    log(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
    if (file) {
      const bytes = writeSafetensors({ tensors: kept.tensors, metadata: { figures: JSON.stringify(kept.figures) } })
      writeFileSync(`${file}.part`, bytes)
      renameSync(`${file}.part`, file)
    }
    return kept
  }
}

/** One array per horizon, as tensors. */
export const keptArrays = (arrays: readonly Float32Array[]): StoredTensors =>
  Object.fromEntries(arrays.map((values, h) => [`h${h}`, { shape: [values.length], values }]))

export const arraysOf = (tensors: StoredTensors, count: number): Float32Array[] =>
  Array.from({ length: count }, (_, h) => tensors[`h${h}`]?.values as Float32Array)
