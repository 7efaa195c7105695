/**
 * A store on its own thread: packing rows for the database and, with SQLite, writing them blocks that thread, and the caller decodes
 * the next batch meanwhile. Every call goes there and is answered from there, so there is one writer and one view of what is stored. A
 * thread that ends takes the calls under way with it, in doubt like a connection that broke; the next call starts another.
 */
import path from 'node:path'
import { type Transferable, Worker } from 'node:worker_threads'
import type { Log } from '../../lib/log.ts'
import { createBatchPacker } from '../packed-batch.ts'
import { BadCursor, type CommitBatch, type Store, StoreError, type StoreFault } from '../store.ts'

/** To the thread. */
export interface Call {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly failed: Failure })
export interface Warned {
  readonly warning: Parameters<Log['warn']>
}
export interface Failure {
  readonly message: string
  readonly fault: StoreFault | 'cursor' | undefined
  readonly statement: string | undefined
}
export interface StoreAddress {
  readonly url: string
  readonly options: object
}

/** Where threads come from, and where they go. */
export interface Threads {
  start(address: StoreAddress): Worker
  end(thread: Worker): Promise<unknown>
}

/** Batches come and go; what stays is the open block. */
const memoryMiB = { young: 8, old: 512 }
export const ownThreads: Threads = {
  start: (address) =>
    new Worker(path.join(import.meta.dirname, 'store-thread.ts'), {
      workerData: address,
      resourceLimits: { maxYoungGenerationSizeMb: memoryMiB.young, maxOldGenerationSizeMb: memoryMiB.old },
    }),
  end: (thread) => thread.terminate(),
}
export const dispose = 'dispose'
/** A thread that is used again gets the address of its next store. */
export const address = 'address'

export interface ThreadedStoreDeps {
  readonly log: Log
  readonly dialect: Store['dialect']
  /** Without it each store has its own thread. */
  readonly threads?: Threads
  /** The same store on this side. */
  open(): Promise<Store>
}

/** `options`: of `openStore`, which the thread calls. */
export function threadedStore(url: string, options: object, deps: ThreadedStoreDeps): Store {
  const { log, dialect, open, threads = ownThreads } = deps
  let thread: ReturnType<typeof startThread> | undefined
  const packer = createBatchPacker()
  const ask = (method: string, args: readonly unknown[], transfer?: readonly Transferable[]) => {
    if (!thread) {
      const started = startThread({ url, options }, { log, threads }, () => {
        if (thread === started) thread = undefined
      })
      thread = started
    }
    return thread.ask(method, args, transfer)
  }
  return new Proxy({} as Store, {
    get(_, method) {
      if (method === 'dialect') return dialect
      if (method === Symbol.asyncDispose)
        return async () => {
          const ended = thread
          thread = undefined
          await ended?.end()
        }
      if (typeof method === 'symbol' || method === 'then') return undefined
      if (method === 'commit')
        return async (batch: CommitBatch) => {
          const { sent, transfer, ended } = packer.pack(batch)
          const answer = await ask(method, [sent], transfer)
          // After a failed one a thread that hangs may read on: its memory is not used again.
          ended()
          return answer
        }
      // It reports its progress by a callback, and reads in its own snapshot anyway.
      if (method === 'recount')
        return async (...args: Parameters<Store['recount']>) => {
          await using here = await open()
          return await here.recount(...args)
        }
      return (...args: unknown[]) => ask(method, args)
    },
  })
}

type ThreadDeps = { readonly log: Log; readonly threads: Threads }

function startThread(place: StoreAddress, { log, threads }: ThreadDeps, onEnd: () => void) {
  const worker = threads.start(place)
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let calls = 0
  let why = 'the thread of the database ended'
  worker.on('message', (answer: Answer | Warned) => {
    if ('warning' in answer) return log.warn(...answer.warning)
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('value' in answer) call?.resolve(answer.value)
    else call?.reject(asError(answer.failed))
  })
  worker.on('error', (error) => {
    why = `the thread of the database ended: ${String(error)}`
  })
  worker.on('exit', () => {
    onEnd()
    for (const call of waiting.values()) call.reject(new StoreError('transient', why))
  })
  const ask = (method: string, args: readonly unknown[], transfer: readonly Transferable[] = []) => {
    const call = Promise.withResolvers<unknown>()
    const id = ++calls
    waiting.set(id, call)
    worker.postMessage({ id, method, args } satisfies Call, transfer)
    return call.promise
  }
  return {
    ask,
    async end() {
      // The thread is ended next; a commit in doubt is settled by its offset.
      await ask(dispose, []).catch(() => {})
      await threads.end(worker)
    },
  }
}

function asError({ message, fault, statement }: Failure): Error {
  if (fault === 'cursor') return new BadCursor(message)
  return fault ? new StoreError(fault, message, { statement }) : new Error(message)
}
