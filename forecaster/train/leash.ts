/** Control of a training by its parent process: a line on standard input pauses or resumes it, and a closed standard input ends it. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Leash {
  /** Resolves at once unless it is to rest, else when it may go on or has to end. */
  rested(): Promise<void>
}

export function held(input: Readable, ending: AbortController): Leash {
  let rest: PromiseWithResolvers<void> | undefined
  const goOn = () => {
    rest?.resolve()
    rest = undefined
  }
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    if (line === 'rest') rest ??= Promise.withResolvers()
    else goOn()
  })
  lines.once('close', () => ending.abort())
  ending.signal.addEventListener('abort', goOn, { once: true })
  if ('unref' in input && typeof input.unref === 'function') input.unref()
  return { rested: async () => rest?.promise }
}
