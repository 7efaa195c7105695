/** Shipped trees in one safetensors file, with the layout of their rows and the hash of what they were grown on. */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Boosted, packTrees, unpackTrees } from '../baselines/boosted-trees.ts'
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts'
import type { StoredTensors } from '../model/stored-tensors.ts'
import { levels } from '../scoring/quantiles.ts'
import { type GrownTrees, groupHours } from './grown.ts'
import { rowColumns } from './row.ts'

const format = 'baykeeper-trees-1'
/** Changes when a column of a row changes its meaning. */
const rowVersion = '1'

export interface TreesFile {
  readonly grown: GrownTrees
  readonly leavesMax: number
  /** Of the training data: equal data, equal hash. */
  readonly dataHash: string
  readonly about: string
}

export function writeTrees(file: string, { grown, leavesMax, dataHash, about }: TreesFile): void {
  const tensors: Record<string, StoredTensors[string]> = {}
  const put = (name: string, values: Float32Array) => {
    tensors[name] = { shape: [values.length], values }
  }
  for (const [group, { median, spread, away }] of grown.entries()) {
    put(`${group}.away`, Float32Array.from(away))
    put(`${group}.edges`, joined(median.edges))
    put(
      `${group}.edge-counts`,
      Float32Array.from(median.edges, ({ length }) => length),
    )
    put(`${group}.median`, packTrees(median).nodes)
    put(`${group}.spread`, packTrees(spread).nodes)
  }
  const metadata = {
    ...{ format, row_version: rowVersion, leaves_max: String(leavesMax) },
    ...{ training_data_sha256: dataHash, about },
  }
  writeFileSync(`${file}.part`, writeSafetensors({ tensors, metadata }))
  renameSync(`${file}.part`, file)
}

/** Throws with the reason when the file is of another kind or version. */
export function readTrees(file: string): TreesFile & { readonly hash: string } {
  const bytes = readFileSync(file)
  const { tensors, metadata } = readSafetensors(bytes)
  if (metadata['format'] !== format) throw new Error(`${file}: not trees of this forecaster`)
  if (metadata['row_version'] !== rowVersion)
    throw new Error(`${file}: grown for rows ${metadata['row_version']}, this is ${rowVersion}; grow them again`)
  const leavesMax = Number(metadata['leaves_max'])
  const numbers = (name: string): Float32Array => {
    const found = tensors[name]
    if (!found) throw new Error(`${file}: ${name} is missing`)
    return found.values
  }
  const grown = groupHours.map((_, group) => {
    const edges = parted(numbers(`${group}.edges`), numbers(`${group}.edge-counts`))
    if (edges.length !== rowColumns) throw new Error(`${file}: rows of ${edges.length} columns, not ${rowColumns}`)
    const trees = (name: string): Boosted => unpackTrees(edges, numbers(`${group}.${name}`), leavesMax)
    const away = [...numbers(`${group}.away`)]
    if (away.length !== levels.length) throw new Error(`${file}: ${away.length} quantiles, not ${levels.length}`)
    return { median: trees('median'), spread: trees('spread'), away }
  })
  return {
    ...{ grown, leavesMax, dataHash: metadata['training_data_sha256'] ?? '', about: metadata['about'] ?? '' },
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function parted(values: Float32Array, counts: Float32Array): Float32Array[] {
  let at = 0
  return Array.from(counts, (count) => {
    at += count
    return values.slice(at - count, at)
  })
}
