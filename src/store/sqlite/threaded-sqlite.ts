/**
 * The store in a SQLite file with a thread of its own: its calls block that thread, and the caller decodes the next batch meanwhile.
 * Every call goes there and is answered from there, so there is one writer and one view of what is stored. A thread that ends takes the
 * calls under way with it, in doubt like a connection that broke; the next call starts another.
 */
import path from 'node:path'
import { type MessagePort, parentPort, type Transferable, Worker, workerData } from 'node:worker_threads'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { readingsToSend } from '../reading-rows.ts'
import { BadCursor, type CommitBatch, type Store, StoreError, type StoreFault } from '../store.ts'
import { openSqlite, type SqliteOptions } from './open-sqlite.ts'

interface Call {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}
type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly failed: Failure })
interface Failure {
  readonly message: string
  readonly fault: StoreFault | 'cursor' | undefined
}
interface Place {
  readonly threadedSqlite: { readonly file: string; readonly options: SqliteOptions }
}

/** Batches come and go; what stays is the open block. */
const memoryMiB = { young: 16, old: 512 }
const dispose = 'dispose'
const deps = { log: silentLog, clock: systemClock }

export function threadedSqlite(file: string, options: SqliteOptions = {}): Store {
  let thread: ReturnType<typeof startThread> | undefined
  const ask = (method: string, args: readonly unknown[], transfer?: readonly Transferable[]) => {
    thread ??= startThread({ threadedSqlite: { file, options } }, () => {
      thread = undefined
    })
    return thread.ask(method, args, transfer)
  }
  return new Proxy({} as Store, {
    get(_, method) {
      if (method === 'dialect') return 'sqlite'
      if (method === Symbol.asyncDispose) return async () => thread?.end()
      if (typeof method === 'symbol' || method === 'then') return undefined
      if (method === 'commit')
        return (batch: CommitBatch) => {
          const readings = readingsToSend(batch.readings)
          return ask(method, [{ ...batch, readings }], [readings.values.buffer as ArrayBuffer])
        }
      // It tells its progress by a call, and is a reader with a snapshot of its own anyway.
      if (method === 'recount')
        return async (...args: Parameters<Store['recount']>) => {
          await using here = openSqlite(file, deps, options)
          return await here.recount(...args)
        }
      return (...args: unknown[]) => ask(method, args)
    },
  })
}

function startThread(place: Place, onEnd: () => void) {
  const worker = new Worker(path.join(import.meta.dirname, 'threaded-sqlite.ts'), {
    workerData: place,
    resourceLimits: { maxYoungGenerationSizeMb: memoryMiB.young, maxOldGenerationSizeMb: memoryMiB.old },
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let calls = 0
  let why = 'the thread of the database ended'
  worker.on('message', (answer: Answer) => {
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
      await ask(dispose, []).catch(() => {})
      await worker.terminate()
    },
  }
}

function asError({ message, fault }: Failure): Error {
  if (fault === 'cursor') return new BadCursor(message)
  return fault ? new StoreError(fault, message) : new Error(message)
}

function serve(port: MessagePort, { file, options }: Place['threadedSqlite']) {
  let store: Store | undefined
  const answer = async ({ method, args }: Call): Promise<unknown> => {
    if (method === dispose) return store?.[Symbol.asyncDispose]()
    store ??= openSqlite(file, deps, options)
    const action = Reflect.get(store, method) as (...args: readonly unknown[]) => unknown
    return action.apply(store, args as unknown[])
  }
  port.on('message', async (call: Call) => {
    try {
      port.postMessage({ id: call.id, value: await answer(call) } satisfies Answer)
    } catch (error) {
      const fault = error instanceof StoreError ? error.fault : error instanceof BadCursor ? 'cursor' : undefined
      const message = error instanceof Error ? error.message : String(error)
      port.postMessage({ id: call.id, failed: { message, fault } } satisfies Answer)
    }
  })
}

const place = workerData as Partial<Place> | null
if (parentPort && place?.threadedSqlite) serve(parentPort, place.threadedSqlite)
