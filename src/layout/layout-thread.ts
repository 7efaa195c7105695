/**
 * Work on layouts (layout-work.ts) beside the event loop: a small one at once, a large one on a thread that ends when it has had nothing to
 * do for a while, so that other requests are not kept waiting and no memory is held.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { type LayoutTasks, layoutTasks } from './layout-work.ts'

/** About 1,000 bays, which take some 20 ms. */
const bodyBytesMax = 128 * 1_024
/** Packed, a bay takes a tenth of its JSON. */
const packedBytesMax = 16 * 1_024
const idleMs = 10_000
/** 200,000 bays, read and in their form. */
const memoryMiBMax = 1_024

export type LayoutWorker = {
  readonly [Name in keyof LayoutTasks]: (
    task: Parameters<LayoutTasks[Name]>[0],
  ) => Promise<ReturnType<LayoutTasks[Name]>>
} & AsyncDisposable

interface Asked {
  readonly id: number
  readonly name: keyof LayoutTasks
  readonly task: unknown
}
interface Answered {
  readonly id: number
  readonly value?: unknown
  readonly failed?: string
}

/** A thread, and what it was asked: the end of one is nothing to the tasks of the next. */
interface Running {
  readonly worker: Worker
  readonly waiting: Map<number, { resolve(value: unknown): void; reject(fault: Error): void }>
}

const runTask = (name: keyof LayoutTasks, task: unknown): unknown => layoutTasks[name](task as never)

if (!isMainThread && parentPort)
  parentPort.on('message', ({ id, name, task }: Asked) => {
    try {
      parentPort?.postMessage({ id, value: runTask(name, task) } satisfies Answered)
    } catch (fault) {
      parentPort?.postMessage({ id, failed: String((fault as Error).stack ?? fault) } satisfies Answered)
    }
  })

type Task = { readonly body: Uint8Array } | { readonly packed: Uint8Array }
const isSmall = (task: Task) =>
  'body' in task ? task.body.length <= bodyBytesMax : task.packed.length <= packedBytesMax

export function createLayoutWorker(): LayoutWorker {
  let thread: Running | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let last = 0

  function start(): Running {
    const waiting: Running['waiting'] = new Map()
    const started = new Worker(new URL(import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: memoryMiBMax } })
    started.unref()
    const gone = (fault: Error) => {
      if (thread?.worker === started) thread = undefined
      for (const { reject } of waiting.values()) reject(fault)
      waiting.clear()
    }
    started.on('error', (cause) => gone(new Error(`the layout thread ended: ${cause}`, { cause })))
    started.on('exit', (code) => gone(new Error(`the layout thread ended with ${code}`)))
    started.on('message', ({ id, value, failed }: Answered) => {
      const one = waiting.get(id)
      waiting.delete(id)
      if (failed === undefined) one?.resolve(value)
      else one?.reject(new Error(failed))
      if (waiting.size === 0) rest(running)
    })
    const running = { worker: started, waiting }
    return running
  }

  function rest(running: Running) {
    const { worker: started, waiting } = running
    started.unref()
    clearTimeout(idle)
    idle = setTimeout(() => {
      if (waiting.size > 0 || thread !== running) return
      thread = undefined
      void started.terminate()
    }, idleMs)
    idle.unref()
  }

  async function ask(name: keyof LayoutTasks, task: Task) {
    if (isSmall(task)) return runTask(name, task)
    thread ??= start()
    thread.worker.ref()
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = ++last
    thread.waiting.set(id, { resolve, reject })
    thread.worker.postMessage({ id, name, task } satisfies Asked)
    return promise
  }

  const names = Object.keys(layoutTasks) as (keyof LayoutTasks)[]
  const worker = {
    ...Object.fromEntries(names.map((name) => [name, (task: Task) => ask(name, task)])),
    async [Symbol.asyncDispose]() {
      clearTimeout(idle)
      await thread?.worker.terminate()
    },
  }
  return worker as unknown as LayoutWorker
}
