import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Runs `work` on every item, at most `atOnce` at a time, started in order. Results are in the order of the items. */
export function pool<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  return poolWhileIdle(items, { least: atOnce, most: atOnce }, work)
}

/** Places of a pool: always `least`, and up to `most` while a core has nothing to do. */
export interface Places {
  readonly least: number
  readonly most: number
}

/** Less than a whole core is left to the work that began before. */
const idleCoresMin = 0.8

/** Like `pool`, for work that waits as often as it works. `idle` resolves with the cores that had nothing to do for some seconds. */
export async function poolWhileIdle<T, R>(
  items: readonly T[],
  { least, most }: Places,
  work: (item: T) => Promise<R>,
  idle: () => Promise<number> = idleCores,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  let left = items.length
  const run = async ([index, item]: [number, T]) => {
    left--
    results[index] = await work(item)
  }
  const worker = async () => {
    for (const next of queue) await run(next)
  }
  const more: Promise<void>[] = []
  let running = 0
  const further = async () => {
    while (left > 0) {
      if ((await idle()) < idleCoresMin || running >= most - least) continue
      const { value, done } = queue.next()
      if (done) return
      running++
      const ended = run(value).finally(() => running--)
      // Nothing is lost: it is awaited with the others below.
      ended.catch(() => {})
      more.push(ended)
    }
  }
  const places = [...Array.from({ length: least }, worker), ...(most > least ? [further()] : [])]
  await Promise.all(places)
  await Promise.all(more)
  return results
}

const sampleMs = 3_000

async function idleCores(): Promise<number> {
  const before = times()
  await sleep(sampleMs)
  const after = times()
  return (cpus().length * (after.idle - before.idle)) / Math.max(1, after.all - before.all)
}

function times() {
  const each = cpus().map(({ times }) => times)
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
  return {
    idle: sum(each.map(({ idle }) => idle)),
    all: sum(each.map(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq)),
  }
}
