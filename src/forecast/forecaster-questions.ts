/** Questions to the forecaster, one at a time, so that a deadline is of one question. Each waits for the answer with its number. */
import type { Writable } from 'node:stream'

/** The process that answers now. */
export interface Asked {
  /** Undefined or ended while none runs. */
  readonly into: Writable | null | undefined
  readonly limitMs: number
  onLate(why: string): void
}

export interface Questions {
  /** Rejects when there is no answer: the process is not running, has exited or took too long. `asked`: looked up when its turn has come. */
  ask(message: object, asked: () => Asked): Promise<unknown>
  /** Settles the question that a line of the process answers; false when the line is no answer. */
  answer(line: string): boolean
  /** No answer comes any more: those who wait ask again. */
  abandon(why: string): void
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (fault: Error) => void
}

export function createQuestions(): Questions {
  const waiting = new Map<string, Waiting>()
  let count = 0
  let queue: Promise<unknown> = Promise.resolve()

  async function askNow(message: object, { into, limitMs, onLate }: Asked): Promise<unknown> {
    if (!into?.writable) throw new Error('the forecaster does not run')
    const id = String(++count)
    const timer = setTimeout(() => onLate(`no answer within ${Math.round(limitMs / 1_000)} s`), limitMs)
    try {
      return await new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        into.write(`${JSON.stringify({ ...message, id })}\n`)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    ask(message, asked) {
      const turn = queue.then(() => askNow(message, asked()))
      // The caller gets the fault; the queue continues.
      queue = turn.catch(() => {})
      return turn
    },
    answer(line) {
      let answer: { id?: unknown } | null
      try {
        answer = JSON.parse(line)
      } catch {
        // The caller ends a process that writes what is no answer.
        return false
      }
      if (answer === null) return false
      if (typeof answer.id === 'string') {
        waiting.get(answer.id)?.resolve(answer)
        waiting.delete(answer.id)
      }
      return true
    },
    abandon(why) {
      for (const one of waiting.values()) one.reject(new Error(why))
      waiting.clear()
    },
  }
}
