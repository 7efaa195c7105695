/** Secrets and certificates of channels. They are read when they are used, and are part of no log, no report and no error. */
import { readFileSync } from 'node:fs'
import type { ChannelSettings } from './settings.ts'
import { secretVariable } from './settings.ts'

const secretCharsMax = 4_096

/** Undefined when none is configured or when it cannot be read. The environment comes before the file. */
export function secretOf(name: string, { secretFile }: ChannelSettings, env: NodeJS.ProcessEnv): string | undefined {
  const given = env[secretVariable(name)] || undefined
  if (given !== undefined) return given
  const text = secretFile === undefined ? undefined : textOf(secretFile)?.replace(/\r?\n$/, '')
  return text === undefined || text === '' || text.length > secretCharsMax ? undefined : text
}

export const caOf = ({ caFile }: ChannelSettings): string | undefined =>
  caFile === undefined ? undefined : textOf(caFile)

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The channel reports that its secret cannot be read; a missing certificate fails the connection.
    return undefined
  }
}
