/**
 * Whether the journal's directory is still the one that was opened. Files that were deleted under a running server can be written and
 * synced for ever, and are gone with the process: nothing may be acknowledged into them.
 */
import { stat } from 'node:fs/promises'

export interface JournalPresence {
  /** Why the journal is not where it was opened; undefined when it is. */
  look(): Promise<string | undefined>
}

export async function journalPresence(dir: string): Promise<JournalPresence> {
  const opened = await stat(dir)
  return {
    async look() {
      try {
        const now = await stat(dir)
        if (now.ino === opened.ino && now.dev === opened.dev) return undefined
        return `${dir} was replaced while the server ran: stop the server, put the directory back, and start again`
      } catch (fault) {
        if ((fault as { code?: string }).code !== 'ENOENT')
          return `${dir} cannot be looked at: ${(fault as Error).message}`
        return `${dir} was deleted while the server ran: stop the server, put the directory back from a backup, and start again`
      }
    },
  }
}
