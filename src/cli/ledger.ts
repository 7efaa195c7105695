/** `baykeeper ledger verify`: recounts the journal against the database. Beside a running server and on a stopped one. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { conservation } from '../conservation.ts'
import { parseCheckpoint } from '../intake-counters.ts'
import { openJournalReader } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { storeUrl } from '../store-url.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf } from './place.ts'

const nothing = {
  received: 0,
  accepted: 0,
  refused: 0,
  unframeable: 0,
  committed: 0,
  duplicate: 0,
  quarantined: 0,
  pending: 0,
  lost: 0,
  difference: 0,
}

/** Returns the exit code: 0 when the law closes, 5 when it does not. */
export async function ledgerVerify(options: PlaceOptions & Spoken): Promise<number> {
  const { config } = placeOf(options)
  const journalDir = path.join(config.data, 'journal')
  if (!existsSync(journalDir)) {
    print(options, nothing, () => [`nothing has been received yet: no journal in ${config.data}`])
    return exitCodes.ok
  }
  await using reader = await openJournalReader(journalDir)
  await using store = await reach(storeUrl(config, config.data))
  // The database first: the journal can only have grown since, and what it grew by is pending.
  const { cursor, totals } = await store.ledgerAt(reader.id)
  const { tail, lastCheckpoint, damage } = await reader.scan()
  const at = await reader.countsAt(cursor.position)
  const checkpoint = lastCheckpoint && parseCheckpoint(lastCheckpoint.bytes)
  const refused = checkpoint?.refused ?? 0
  // What became durable after the checkpoint was taken was received too.
  const since = tail.acceptedFrames - (checkpoint?.accepted ?? 0) + tail.noiseFrames - (checkpoint?.unframeable ?? 0)
  const ledger = conservation({
    received: (checkpoint?.received ?? 0) + since,
    refused,
    unframeable: tail.noiseFrames,
    acceptedFrames: tail.acceptedFrames,
    committed: { ...totals, position: cursor.position, acceptedFrames: at?.acceptedFrames ?? 0 },
  })
  const ok = ledger.difference === 0 && ledger.pending >= 0
  const warnings = [
    ...damage.map(
      (range) =>
        `journal damage in ${range.segment}: records ${range.fromRecord} to ${range.toRecord} (${range.reason})`,
    ),
    ...(ledger.pending < 0
      ? [`the database is ahead of the journal by ${-ledger.pending} frames: the journal was cut or replaced`]
      : []),
  ]
  print(
    options,
    ledger,
    () => [
      `received     ${ledger.received}  = accepted ${ledger.accepted} + refused ${ledger.refused} + unframeable ${ledger.unframeable}`,
      `accepted     ${ledger.accepted}  = committed ${ledger.committed} + duplicate ${ledger.duplicate} + quarantined ${ledger.quarantined} + pending ${ledger.pending}`,
      `lost         ${ledger.lost}  (missing sequence numbers and journal damage; beside the law)`,
      `difference   ${ledger.difference}  ${ok ? 'the ledger closes' : 'THE LEDGER DOES NOT CLOSE'}`,
    ],
    { ok, warnings },
  )
  return ok ? exitCodes.ok : exitCodes.integrity
}

async function reach(url: string): Promise<Store> {
  try {
    const store = await openStore(url, { log: silentLog, clock: systemClock })
    // A database that has never been used has no tables yet: nothing is committed there, and that is an answer too.
    await store.migrate()
    return store
  } catch (cause) {
    throw new CommandFailed(exitCodes.unreachable, `the database cannot be reached: ${(cause as Error).message}`, {
      cause,
    })
  }
}
