/** A record of kind `desk` as processing applies it: the layout that is in effect for every frame behind it. */

import { type AssignedDevice, assignedDevices } from '../domain/assigned-device.ts'
import { decodePublication, type LayoutBase } from '../domain/layout-publication.ts'
import { layoutFromStored } from '../domain/stored-layout.ts'
import { type Watching, watchingOf } from '../domain/watching.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { unpackJson } from '../lib/packed-json.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import type { LayoutRow } from '../store/store.ts'

export interface LayoutChange {
  readonly row: Omit<LayoutRow, 'version'>
  readonly watching: Watching
  readonly assigned: readonly AssignedDevice[]
  readonly base: LayoutBase | undefined
}

/** Fails with the reason when the record cannot be used: the layout before stays in effect. */
export function layoutChangeOf({ number, bytes }: StoredRecord): Result<LayoutChange, string> {
  const publication = decodePublication(bytes)
  if (!publication) return fail('it is not a layout, or one of a later release')
  const { author, comment, at, base, packed } = publication
  try {
    const layout = layoutFromStored(unpackJson(packed))
    const watching = watchingOf(layout)
    const assigned = assignedDevices(layout)
    // The reader's bytes are gone with its next read.
    const row = { record: number, created: at, author, comment, packed: packed.slice() }
    return ok({ row, watching, assigned, base })
  } catch (fault) {
    return fail(String(fault))
  }
}
