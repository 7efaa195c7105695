/**
 * The journal as it would be with another layout: each layout that was published is that one, at the same place. What else people changed is as
 * it was.
 */
import { decodePublication, encodePublication, type LayoutPublication } from '../../domain/layout-publication.ts'
import { type JournalReader, recordKinds } from '../../journal/journal.ts'
import type { DeskRecords } from '../../processing/desk-records.ts'

export interface ChangedLayout {
  reader(of: JournalReader): JournalReader
  desk(of: DeskRecords): DeskRecords
  /** Publications that it has replaced so far, oldest first. */
  readonly replaced: readonly ReplacedLayout[]
}

/** A layout that was published, as people know it. */
export type ReplacedLayout = Pick<LayoutPublication, 'at' | 'author' | 'comment'>

/** `packed`: the layout's JSON (lib/packed-json.ts). */
export function changedLayout(packed: Uint8Array): ChangedLayout {
  /** A record may be read twice: from the journal and from its copy. */
  const replaced = new Map<string, ReplacedLayout>()
  const changed = <R extends { readonly bytes: Uint8Array }>(record: R): R => {
    const publication = decodePublication(record.bytes)
    if (!publication) return record
    const { at, author, comment } = publication
    replaced.set(JSON.stringify([at, author, comment, publication.packed.length]), { at, author, comment })
    return { ...record, bytes: encodePublication({ ...publication, packed }) }
  }
  return {
    get replaced() {
      return [...replaced.values()].sort((a, b) => a.at - b.at)
    },
    reader: (of) => ({
      get id() {
        return of.id
      },
      async read(after, limit) {
        const { records, damage } = await of.read(after, limit)
        return { records: records.map((each) => (each.kind === recordKinds.desk ? changed(each) : each)), damage }
      },
      countsAt: of.countsAt,
      scan: of.scan,
      [Symbol.asyncDispose]: () => of[Symbol.asyncDispose](),
    }),
    desk: (of) => ({
      async *copies() {
        for await (const copy of of.copies()) yield changed(copy)
      },
    }),
  }
}
