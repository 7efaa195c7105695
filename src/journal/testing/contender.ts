/**
 * One of several processes that race for a journal: at each `race` it tries to open it for writing. The winner makes a file that must
 * not be there (`held`), appends, and lets go. Forked by the two-instances harness.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { JournalError } from '../journal.ts'
import { openJournalWriter } from '../segment-journal.ts'

export interface Race {
  readonly dir: string
  readonly held: string
  readonly round: number
  readonly records: number
}

export type RaceMessage =
  | { readonly is: 'ready' | 'locked' }
  | { readonly is: 'appended'; readonly fence: number; readonly last: number }
  | { readonly is: 'done' }
  /** Another process holds the journal, or was killed when it did. */
  | { readonly is: 'beside'; readonly pid: number }
  | { readonly is: 'failed'; readonly what: string }

const send = (message: RaceMessage) => void process.send?.(message)

async function race({ dir, held, round, records }: Race) {
  try {
    await using writer = await openJournalWriter(dir, { segmentBytesMax: 100_000 })
    const pid = holder(held)
    if (pid !== undefined) return send({ is: 'beside', pid })
    writeFileSync(held, `${process.pid}`, { flag: 'wx' })
    for (let i = 0; i < records; i++) {
      const bytes = Buffer.from(`${round} ${process.pid} ${i}`)
      send({ is: 'appended', fence: writer.fence, last: await writer.append([{ kind: 1, frames: 1, bytes }]) })
    }
    rmSync(held)
  } catch (error) {
    const locked = error instanceof JournalError && error.code === 'E_JOURNAL_LOCKED'
    return send(locked ? { is: 'locked' } : { is: 'failed', what: (error as Error).stack ?? String(error) })
  }
  send({ is: 'done' })
}

function holder(held: string): number | undefined {
  try {
    return Number(readFileSync(held, 'utf8'))
  } catch {
    // It is not written yet.
    return undefined
  }
}

if (process.send) {
  process.on('message', (message: Race) => void race(message))
  process.on('disconnect', () => process.exit())
  send({ is: 'ready' })
}
