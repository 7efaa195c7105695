/** The web process's way to the journal: asks `main`, which asks intake. */
import { randomUUID } from 'node:crypto'
import { PublicationRefused, type Publisher } from '../api/context.ts'
import { systemClock } from '../lib/clock.ts'
import type { Child } from './child.ts'
import type { PublishAnswer } from './messages.ts'

/** Intake answers within milliseconds, or after its disk: longer is in doubt. */
const answerMsMax = 15_000

/** `lane`: of the city that the process shows. */
export function createPublisher(child: Child, lane: 'real' | 'demo' = 'real'): Publisher {
  const waiting = new Map<string, (answer: PublishAnswer) => void>()
  child.onMessage((message) => {
    if (message.type === 'publish-answer') waiting.get(message.request)?.(message.answer)
  })
  return {
    async publish(record) {
      const request = randomUUID()
      const { promise, resolve } = Promise.withResolvers<PublishAnswer>()
      waiting.set(request, resolve)
      const done = new AbortController()
      try {
        child.send({ type: 'publish', request, lane, record })
        const late = systemClock.sleep(answerMsMax, done.signal).then(() => overdue)
        // The sleep is aborted once it is not needed any more.
        late.catch(() => {})
        const answer = await Promise.race([promise, late])
        if (!answer.ok) throw new PublicationRefused(answer.reason, answer.message)
        return { journal: answer.journal, record: answer.record }
      } finally {
        done.abort()
        waiting.delete(request)
      }
    },
  }
}

const overdue: PublishAnswer = {
  ...{ ok: false, reason: 'interrupted', message: `the intake process has not answered for ${answerMsMax / 1_000} s` },
}
