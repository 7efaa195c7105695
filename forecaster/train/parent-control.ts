/** Control of a training by its parent process: a line on standard input pauses or resumes it, and a closed standard input ends it. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface ParentControl {
  /** Resolves at once unless the training is paused, else when it is resumed or has to end. */
  resumed(): Promise<void>
}

export function controlledByParent(input: Readable, ending: AbortController): ParentControl {
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
  return { resumed: async () => rest?.promise }
}
