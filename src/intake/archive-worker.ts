/** Archives segments in its own thread: compressing takes no turn away from the sources. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createArchiver } from '../journal/archive/archiver.ts'
import { realFiles } from '../lib/files.ts'

export interface ArchivePlace {
  /** Of the journal. */
  readonly dir: string
  readonly archive: string
}

export type ArchiveNews =
  | { readonly upTo: number; readonly written: readonly string[] }
  | { readonly failed: string; readonly code: string | undefined }

/** A segment is closed when the next one begins: minutes or days pass between two. */
const lookEveryMs = 2_000

const post = (news: ArchiveNews) => parentPort?.postMessage(news)
const { dir, archive } = workerData as ArchivePlace
const archiver = createArchiver(realFiles, dir, archive)
// It ends with its process, or when it is terminated.
for (;;) {
  try {
    post(await archiver.look())
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException
    post({ failed: fault instanceof Error ? fault.message : String(fault), code })
  }
  await sleep(lookEveryMs)
}
