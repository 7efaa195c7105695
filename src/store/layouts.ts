/** Layouts in the store: versions, each written in the commit of the journal record that published it. */
import type { Layout } from '../domain/layout.ts'
import type { Instant } from '../lib/brand.ts'
import { unpackJson } from '../lib/packed-json.ts'
import type { SqlRowOf } from './table.ts'
import { layout } from './tables/layout.ts'

/** A version as processing commits it. */
export interface LayoutRow {
  /** One above the version before. */
  readonly version: number
  /** The record that published it, in the journal of the batch. */
  readonly record: number
  readonly created: Instant
  readonly author: string
  readonly comment: string
  /** JSON of the layout, packed (lib/packed-json.ts). */
  readonly packed: Uint8Array
}

export interface StoredLayout {
  readonly version: number
  readonly created: Instant
  readonly author: string
  readonly comment: string
  /** Where it was published; null for one that an earlier release saved beside the journal. */
  readonly published: LayoutPosition | null
  readonly layout: Layout
}

export interface LayoutPosition {
  readonly journal: string
  readonly record: number
}

export interface LayoutStore {
  layout(): Promise<StoredLayout | undefined>
  /** Version of the newest layout without reading it; undefined when there is none. Cheap: the live state polls it. */
  layoutVersion(): Promise<number | undefined>
  /** Version of the layout that was published there; undefined until that record is committed. */
  layoutVersionAt(position: LayoutPosition): Promise<number | undefined>
}

export function toLayout(stored: SqlRowOf<typeof layout>): StoredLayout {
  const { journal, record, packed, ...row } = layout.row(stored)
  const published = journal === null || record === null ? null : { journal, record }
  return { ...row, published, layout: unpackJson(packed) as Layout }
}
