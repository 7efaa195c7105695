/** Weights with all that is needed to use them, in one safetensors file: configuration, feature version, hash of what they were trained on. */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Panel } from '../data/panel.ts'
import { featureVersion } from '../features/batch.ts'
import type { ModelConfig } from './config.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import type { StoredTensors } from './stored-tensors.ts'

export interface Model {
  readonly config: ModelConfig
  readonly tensors: StoredTensors
  /** Of the training data: equal data, equal hash. */
  readonly dataHash: string
  readonly about: string
}

export function modelBytes({ config, tensors, dataHash, about }: Model): Uint8Array {
  const metadata = {
    format: 'baykeeper-forecast-1',
    config: JSON.stringify(config),
    feature_version: String(featureVersion),
    training_data_sha256: dataHash,
    about,
  }
  return writeSafetensors({ tensors, metadata })
}

/** Whole at once: a reader never sees half a file. */
export function writeModel(file: string, model: Model): void {
  writeFileSync(`${file}.part`, modelBytes(model))
  renameSync(`${file}.part`, file)
}

/** Throws with the reason when the file is of another kind or version. */
export function readModel(file: string): Model & { readonly hash: string } {
  const bytes = readFileSync(file)
  const { tensors, metadata } = readSafetensors(bytes)
  if (metadata['format'] !== 'baykeeper-forecast-1') throw new Error(`${file}: weights, but not of this forecaster`)
  if (metadata['feature_version'] !== String(featureVersion))
    throw new Error(`${file}: made for features ${metadata['feature_version']}, this is ${featureVersion}; train again`)
  return {
    config: JSON.parse(metadata['config'] as string) as ModelConfig,
    tensors,
    dataHash: metadata['training_data_sha256'] ?? '',
    about: metadata['about'] ?? '',
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
  }
}

export function hashOf(panels: readonly Panel[]): string {
  const hash = createHash('sha256')
  for (const { lots, firstDay, rates } of panels) {
    hash.update(JSON.stringify([lots, firstDay]))
    for (const values of rates) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest('hex')
}
