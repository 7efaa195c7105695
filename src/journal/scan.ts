/** A journal looked through without a writer: its tail as recovery would find it, its newest checkpoint, and what is damaged. */
import type { Files } from '../lib/files.ts'
import type { JournalReader } from './journal.ts'
import { recover } from './recovery.ts'
import { verify } from './verify.ts'

type Scan = Awaited<ReturnType<JournalReader['scan']>>

/** Apparent damage may be a concurrent write: it is damage only when a second read finds it too. `whole`: every record is checked. */
export async function scan(files: Files, dir: string, whole: boolean): Promise<Scan> {
  const first = await look(files, dir, whole)
  if (first.damage.length === 0) return first
  const seen = new Set(first.damage.map((range) => JSON.stringify(range)))
  const second = await look(files, dir, whole)
  return { ...second, damage: second.damage.filter((range) => seen.has(JSON.stringify(range))) }
}

async function look(files: Files, dir: string, whole: boolean): Promise<Scan> {
  const recovered = await recover(files, dir)
  const { directory, fence, lastRecord, totals, lastCheckpoint } = recovered
  const { acceptedFrames, noiseFrames } = totals
  const damage = whole ? await verify(files, recovered) : recovered.damage
  return { tail: { id: directory.id ?? '', fence, lastRecord, acceptedFrames, noiseFrames }, lastCheckpoint, damage }
}
