/** Layouts in the store: versions, each written in the commit of the journal record that published it. */
import type { Layout } from '../domain/layout.ts'
import { layoutFromStored } from '../domain/stored-layout.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { unpackJson } from '../lib/packed-json.ts'
import type { SqlRowOf } from './table.ts'
import { layout } from './tables/layout.ts'

/** A version as processing commits it. */
export interface LayoutRow {
  /** One above the version before. */
  readonly version: number
  /** The record that published it. */
  readonly record: number
  /** The journal of that record; absent: that of the batch. */
  readonly journal?: string
  readonly created: Instant
  readonly author: string
  readonly comment: string
  /** JSON of the layout, packed (lib/packed-json.ts). */
  readonly packed: Uint8Array
}

/** What is known of a version without its layout. */
export interface LayoutHead {
  readonly version: number
  readonly created: Instant
  readonly author: string
  readonly comment: string
  /** Where it was published; null for one that an earlier release saved beside the journal. */
  readonly published: LayoutPosition | null
}

export interface StoredLayout extends LayoutHead {
  readonly layout: Layout
}

export interface PackedLayout extends LayoutHead {
  readonly packed: Uint8Array
}

export interface LayoutPosition {
  readonly journal: string
  readonly record: number
}

export interface LayoutStore {
  /** The newest one, or that version; undefined when there is none. */
  layout(version?: number): Promise<StoredLayout | undefined>
  /** As `layout`, as it is stored. */
  packedLayout(version?: number): Promise<PackedLayout | undefined>
  /** The newest first. */
  layoutVersions(page: { cursor?: string; limit: number }): Promise<{
    items: readonly LayoutHead[]
    next: string | null
  }>
  /** Version of the newest layout without reading it; undefined when there is none. Cheap: the live state polls it. */
  layoutVersion(): Promise<number | undefined>
  /** Version of the layout that was published there; undefined until that record is committed. */
  layoutVersionAt(position: LayoutPosition): Promise<number | undefined>
}

type Row = SqlRowOf<typeof layout>

export const layoutHeadColumns = ['version', 'created', 'author', 'comment', 'journal', 'record'] as const

export function toHead({ journal, record, ...row }: Pick<Row, (typeof layoutHeadColumns)[number]>): LayoutHead {
  const published = journal === null || record === null ? null : { journal, record }
  const { version, created, author, comment } = row
  return { version, created: instant(created), author, comment, published }
}

export const toPacked = (row: Row): PackedLayout => ({ ...toHead(row), packed: layout.row(row).packed })

export const toLayout = (row: Row): StoredLayout => ({
  ...toHead(row),
  layout: layoutFromStored(unpackJson(layout.row(row).packed)),
})
