/**
 * A vendor's script that a person has published, as a value of the journal: it decodes every frame behind its record that it is assigned to, and none
 * before. A new version takes the place of the one before; versions are kept.
 */
import type { Instant } from '../lib/brand.ts'
import { plain } from './plain-name.ts'

/** Whose frames it decodes (docs/specs/which-decoder.md). */
export type CodecAssignment =
  | { readonly to: 'model'; readonly vendor: string; readonly model: string }
  | { readonly to: 'source'; readonly source: string }
  /** Of the network server, by its id there. */
  | { readonly to: 'application'; readonly application: string }

export interface PublishedCodec {
  /** SHA-256 of `text`, in hex. */
  readonly hash: string
  readonly text: string
  readonly assigned: CodecAssignment
  /** Table for the names that it gives; null: the generic rules. */
  readonly mapping: string | null
}

/** The newest change of a codec, or one of its versions. */
export interface CodecRow {
  readonly id: string
  /** 1 is the first. */
  readonly version: number
  /** Null: it was withdrawn. */
  readonly codec: PublishedCodec | null
  readonly author: string
  readonly reason: string
  readonly at: Instant
  /** The request that has made it. */
  readonly request: string
}

export const codecsMax = 200
export const codecTextMax = 262_144
export const codecIdForm = /^[a-z0-9][a-z0-9-]{0,62}$/
const nameMax = 128

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= nameMax && value.isWellFormed()

/** Read from a journal: a record of a later release may hold anything. */
export function isPublishedCodec(value: unknown): value is PublishedCodec {
  if (typeof value !== 'object' || value === null) return false
  const { hash, text, assigned, mapping } = value as PublishedCodec
  return (
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof text === 'string' &&
    text.length <= codecTextMax &&
    (mapping === null || isName(mapping)) &&
    isAssignment(assigned)
  )
}

function isAssignment(value: unknown): value is CodecAssignment {
  if (typeof value !== 'object' || value === null) return false
  const assigned = value as CodecAssignment
  if (assigned.to === 'model') return isName(assigned.vendor) && isName(assigned.model)
  if (assigned.to === 'source') return isName(assigned.source)
  return assigned.to === 'application' && isName(assigned.application)
}

/** As people read it. */
export function assignmentText(assigned: CodecAssignment): string {
  if (assigned.to === 'model') return `model ${assigned.vendor}/${assigned.model}`
  return assigned.to === 'source' ? `source ${assigned.source}` : `application ${assigned.application}`
}

/** As frames are matched with it: a model is the same in another spelling. */
export function isSameAssignment(one: CodecAssignment, other: CodecAssignment): boolean {
  if (one.to !== 'model' || other.to !== 'model') return assignmentText(one) === assignmentText(other)
  return plain(one.vendor) === plain(other.vendor) && plain(one.model) === plain(other.model)
}
