/** Which weights are served: those trained here, as long as they can be read, else the shipped ones. Known by their head alone. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

export interface Weights {
  readonly file: string
  /** As the forecaster names them. */
  readonly hash: string
  readonly name: string
  /** ISO 8601; null: not trained here. */
  readonly trained: string | null
  /** Quarters of an hour of lots that they were trained on here. */
  readonly rows: number | null
  readonly parameters: number | null
}

const shippedFile = path.join(import.meta.dirname, '../../forecaster/weights/shipped.safetensors')
/** Ten times the largest network that is promised, in octets. */
const headBytesMax = 1_048_576

/** Metadata of weights that were trained here. */
export const trainedSchema = z.object({
  trained: z.string(),
  rows: z.int(),
  validation: z.number().nullable(),
  /** Its error on held-out days, and that of what served then. */
  heldOut: z.object({ days: z.int(), error: z.number(), before: z.number() }).optional(),
})
export type TrainedNote = z.infer<typeof trainedSchema>

export const forecastDir = (dataDir: string) => path.join(dataDir, 'forecast')
export const ownWeights = (dir: string) => path.join(dir, 'weights.safetensors')
export const ownNote = (dir: string) => path.join(dir, 'weights.json')
/** The last that were made and are not served, with what they were judged by: for people, nothing reads them. */
export const asideWeights = (dir: string) => path.join(dir, 'aside.safetensors')
export const asideNote = (dir: string) => path.join(dir, 'aside.json')

export function servedWeights(dir: string, canUseOwn = true): Weights | undefined {
  const own = canUseOwn ? readWeights(ownWeights(dir)) : undefined
  if (!own) {
    const shipped = readWeights(shippedFile)
    return shipped && { ...shipped, name: 'shipped weights', trained: null, rows: null }
  }
  const note = readNote(ownNote(dir))
  return { ...own, name: 'trained here', trained: note?.trained ?? null, rows: note?.rows ?? null }
}

function readNote(file: string): TrainedNote | undefined {
  try {
    return trainedSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Weights without a readable description are served without a date.
    return undefined
  }
}

/** A safetensors file: u64 length of a JSON head, the head, the numbers. */
function readWeights(file: string): Pick<Weights, 'file' | 'hash' | 'parameters'> | undefined {
  try {
    const bytes = readFileSync(file)
    const headBytes = Number(bytes.readBigUInt64LE(0))
    if (headBytes > headBytesMax) return undefined
    const head = JSON.parse(bytes.subarray(8, 8 + headBytes).toString()) as Record<string, { shape?: number[] }>
    const parameters = Object.values(head).reduce(
      (sum, { shape }) => sum + (Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) : 0),
      0,
    )
    return { file, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12), parameters }
  } catch {
    // Weights that cannot be read are not served: the shipped ones are, or none.
    return undefined
  }
}
