import type { PublishedCodec } from '../../domain/published-codec.ts'
import { instant, jsonOrNull, text, whole32 } from '../column.ts'
import { keep, replace, table } from '../table.ts'

const codecColumn = { ...jsonOrNull<PublishedCodec>(), name: 'definition' as const }

/** The newest version of each vendor's script that was ever published (processing/codec-book.ts). */
export const codec = table('codec', {
  key: { id: text(64) },
  merge: {
    version: replace(whole32),
    codec: replace(codecColumn),
    author: replace(text(128)),
    reason: replace(text(512)),
    at: replace({ ...instant, name: 'changed' as const }),
    request: replace(text(128)),
  },
  since: 29,
})

/** Every version there ever was, the newest included. */
export const codecVersion = table('codec_version', {
  key: { id: text(64), version: whole32 },
  merge: {
    codec: keep(codecColumn),
    author: keep(text(128)),
    reason: keep(text(512)),
    at: keep({ ...instant, name: 'changed' as const }),
    request: keep(text(128)),
  },
  since: 29,
})
