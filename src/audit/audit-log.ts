/**
 * The audit log as it lies in the second journal, read from its end: the newest first. A reader asks for as much as it needs, so that a journal of many
 * years costs what is shown of it.
 */
import type { AuditChain, AuditLogPort, AuditRecord } from '../api/context.ts'
import { auditEntryOf } from '../domain/audit-entry.ts'
import { verifyChain } from '../journal/desk/desk-chain.ts'
import { decodeCopy } from '../journal/desk/desk-journal.ts'
import type { Damage, JournalReader, StoredRecord } from '../journal/journal.ts'
import { deskRecords, openJournalReader } from '../journal/segment-journal.ts'

/** Records that are read at once: one change is a copy and its link. */
const windowRecords = 256
/** About as much as these take. */
const windowBytesMax = 256 * 1024

export function openAuditLog(dir: string): AuditLogPort {
  /** By the head that is looked for: two who ask the same at once get one answer. */
  const running = new Map<string, Promise<AuditChain>>()
  return {
    backwards: (before) => backwards(dir, before),
    verify(head) {
      const key = head ?? ''
      const found = running.get(key) ?? verifyChain(deskRecords(dir), head).finally(() => running.delete(key))
      running.set(key, found)
      return found
    },
  }
}

/** `before`: records of the second journal below this one only. */
async function* backwards(dir: string, before: number | undefined): AsyncGenerator<AuditRecord> {
  await using reader = await openJournalReader(dir)
  const { lastRecord } = (await reader.scan({ whole: false })).tail
  let newest = ''
  for (let to = Math.min(lastRecord, (before ?? lastRecord + 1) - 1); to > 0; ) {
    const from = Math.max(0, to - windowRecords)
    const found: AuditRecord[] = []
    for await (const { records, damage } of readBetween(reader, from, to, lastRecord)) {
      for (const { fromRecord } of damage) found.push({ number: fromRecord, place: undefined, entry: undefined })
      for (const { number, bytes } of records) {
        const copy = decodeCopy(bytes)
        if (!copy) continue
        const { journal, record } = copy
        found.push({ number, place: { journal, record }, entry: auditEntryOf(copy.bytes) })
      }
    }
    for (const one of found.reverse()) {
      const place = one.place && `${one.place.journal} ${one.place.record}`
      // A write that failed may have left a copy that was written again.
      if (place === undefined || place !== newest) yield one
      newest = place ?? newest
    }
    to = from
  }
}

interface Read {
  readonly records: readonly StoredRecord[]
  readonly damage: readonly Damage[]
}

/** Records above `from` up to `to`. */
async function* readBetween(reader: JournalReader, from: number, to: number, durable: number): AsyncGenerator<Read> {
  const limit = { durable, bytesMax: windowBytesMax, framesMax: Number.POSITIVE_INFINITY }
  for (let after = from; after < to; ) {
    const { records, damage } = await reader.read(after, limit)
    yield { records: records.filter(({ number }) => number <= to), damage }
    const reached = Math.max(0, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    if (reached <= after) return
    after = reached
  }
}
