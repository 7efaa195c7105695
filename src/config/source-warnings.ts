/** What the sources of the running server warn of, in a file beside its addresses, for `baykeeper doctor`. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import type { SourceFacts } from '../sources/source.ts'

export interface SourceWarning {
  readonly source: string
  readonly warning: string
}

const fileOf = (dataDir: string) => path.join(dataDir, 'run', 'warnings.json')

export function createWarningsFile(dataDir: string) {
  let kept = ''
  return {
    /** Writes them when they have changed. */
    keep(sources: ReadonlyMap<string, { readonly facts: SourceFacts }>): void {
      const text = JSON.stringify(
        [...sources].flatMap(([source, { facts }]) => (facts.warnings ?? []).map((warning) => ({ source, warning }))),
      )
      if (text === kept) return
      kept = text
      // They are advice, and are written again with the next look.
      writeFileAtomic(fileOf(dataDir), `${text}\n`).catch(() => {
        kept = ''
      })
    },
  }
}

/** Of the server that runs on this data directory; none when it has written none. */
export async function keptWarnings(dataDir: string): Promise<readonly SourceWarning[]> {
  try {
    return JSON.parse(await readFile(fileOf(dataDir), 'utf8')) as SourceWarning[]
  } catch {
    // Without the file no warning was written yet; the next status writes it again.
    return []
  }
}
