/**
 * Changes made by people on their way to the journal: `main` passes each from the process that asks to intake, and the answer back. They
 * are few; a bound keeps them so.
 */
import type { PublishAnswer } from './messages.ts'

const waitingMax = 8

export interface Publications {
  publish(channel: 'real' | 'demo', record: Uint8Array): Promise<PublishAnswer>
  answered(request: number, answer: PublishAnswer): void
  /** What intake had not answered is in doubt. */
  intakeEnded(): void
}

/** `send`: false when intake is not there to take it. */
export function createPublications(
  send: (request: number, channel: 'real' | 'demo', record: Uint8Array) => boolean,
): Publications {
  const waiting = new Map<number, (answer: PublishAnswer) => void>()
  let last = 0
  return {
    async publish(channel, record) {
      if (waiting.size >= waitingMax)
        return { ok: false, reason: 'unavailable', message: `${waitingMax} changes are being published already` }
      const request = ++last
      const { promise, resolve } = Promise.withResolvers<PublishAnswer>()
      waiting.set(request, resolve)
      if (send(request, channel, record)) return promise
      waiting.delete(request)
      return { ok: false, reason: 'unavailable', message: 'the intake process is not running' }
    },
    answered(request, answer) {
      waiting.get(request)?.(answer)
      waiting.delete(request)
    },
    intakeEnded() {
      for (const answer of waiting.values())
        answer({ ok: false, reason: 'interrupted', message: 'the intake process ended before it answered' })
      waiting.clear()
    },
  }
}
