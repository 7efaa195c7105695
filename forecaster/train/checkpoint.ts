/** A training run on disk, whole: what a resumed run needs to end where an uninterrupted one ends. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts'
import type { StoredTensor, StoredTensors } from '../model/stored-tensors.ts'
import type { Checkpoint } from './training.ts'

const parts = ['parameters', 'first', 'second', 'average'] as const

export function writeCheckpoint(file: string, checkpoint: Checkpoint): void {
  const tensors: Record<string, StoredTensor> = {}
  const add = (part: string, all: StoredTensors) => {
    for (const [name, tensor] of Object.entries(all)) tensors[`${part}/${name}`] = tensor
  }
  for (const part of parts) add(part, checkpoint[part])
  if (checkpoint.best) add('best', checkpoint.best.weights)
  const { best } = checkpoint
  const metadata = {
    step: String(checkpoint.step),
    ...(best ? { score: String(best.score), checks_ago: String(best.checksAgo) } : {}),
  }
  writeFileSync(`${file}.part`, writeSafetensors({ tensors, metadata }))
  renameSync(`${file}.part`, file)
}

export function readCheckpoint(file: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(readFileSync(file))
  const part = (name: string): StoredTensors =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([key, tensor]) =>
        key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), tensor]] : [],
      ),
    )
  const { step, score, checks_ago } = metadata
  return {
    step: Number(step),
    parameters: part('parameters'),
    first: part('first'),
    second: part('second'),
    average: part('average'),
    ...(score === undefined
      ? {}
      : { best: { score: Number(score), weights: part('best'), checksAgo: Number(checks_ago) } }),
  }
}
