/** Vendors' scripts as people have published them, each from its record on. Which of them reads a frame is decided by choose-model.ts. */

import { mappingTableOf } from '../codecs/lorawan/mapping/registry.ts'
import { plain } from '../codecs/lorawan/mapping/words.ts'
import type { PublishedScript } from '../codecs/lorawan/models.ts'
import type { DeskEntry } from '../domain/desk-change.ts'
import { type CodecRow, codecsMax } from '../domain/published-codec.ts'
import type { TableChange } from '../store/store.ts'
import { change } from '../store/table.ts'
import { codec, codecVersion } from '../store/tables/codec.ts'

export interface CodecBook {
  /** In force now. */
  readonly scripts: readonly PublishedScript[]
  /** True: the entry has changed what is in force. */
  apply(entry: DeskEntry): boolean
  /** What has changed since it was last called. */
  take(): readonly TableChange[]
}

/** `stored`: the newest version of each. */
export function createCodecBook(stored: readonly CodecRow[]): CodecBook {
  const rows = new Map(stored.map((row) => [row.id, row]))
  let scripts = scriptsOf(rows.values())
  let changed: CodecRow[] = []
  const inForce = () => [...rows.values()].filter((row) => row.codec !== null).length

  return {
    get scripts() {
      return scripts
    },
    apply({ change: { is, ...made }, author, reason, at }) {
      if (is !== 'codec' || !('codec' in made)) return false
      const { id, request, codec: published } = made
      const before = rows.get(id)
      if (published === null ? !before?.codec : !before?.codec && inForce() >= codecsMax) return false
      const row = { id, version: (before?.version ?? 0) + 1, codec: published, author, reason, at, request }
      rows.set(id, row)
      changed.push(row)
      scripts = scriptsOf(rows.values())
      return true
    },
    take() {
      if (changed.length === 0) return []
      const newest = new Map(changed.map((row) => [row.id, row]))
      const changes = [change(codec, [...newest.values()]), change(codecVersion, changed)]
      changed = []
      return changes
    },
  }
}

/** By id, as the table is read at a start: where two are for the same model, the same one decodes before and after it. */
function scriptsOf(rows: Iterable<CodecRow>): readonly PublishedScript[] {
  const byId = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
  return byId.flatMap(({ id, version, codec: published }) => {
    if (!published) return []
    const { hash, text, assigned, mapping } = published
    const ofModel = assigned.to === 'model' ? assigned : undefined
    const table = mapping === null ? undefined : mappingTableOf(mapping)
    return [
      {
        name: `codec:${id}`,
        vendors: ofModel ? [plain(ofModel.vendor)] : [],
        models: ofModel ? [plain(ofModel.model)] : [],
        ...(table ? { table } : {}),
        script: { hash, text, label: `codec ${id} version ${version} (${hash.slice(0, 12)})` },
        ...(assigned.to === 'source' ? { source: assigned.source } : {}),
        ...(assigned.to === 'application' ? { application: assigned.application } : {}),
      },
    ]
  })
}
