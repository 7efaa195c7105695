/** The thread of a store (threaded-store.ts): opens it at the first call and answers one message for each. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../lib/clock.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { receivedBatch, type SentBatch } from '../packed-batch.ts'
import { BadCursor, type Store, StoreError } from '../store.ts'
import { openStore } from './open.ts'
import {
  type Answer,
  address,
  type Call,
  dispose,
  type Failure,
  type StoreAddress,
  type Warned,
} from './threaded-store.ts'

let { url, options } = workerData as StoreAddress
const send = (message: Answer | Warned) => parentPort?.postMessage(message)
const log: Log = { ...silentLog, warn: (...warning) => send({ warning }) }
let store: Promise<Store> | undefined

parentPort?.on('message', async (call: Call) => {
  try {
    send({ id: call.id, value: await answer(call) })
  } catch (error) {
    send({ id: call.id, failed: failureOf(error) })
  }
})

async function answer({ method, args }: Call): Promise<unknown> {
  if (method === address) {
    ;({ url, options } = args[0] as StoreAddress)
    store = undefined
    return
  }
  if (method === dispose) return (await store)?.[Symbol.asyncDispose]()
  store ??= openStore(url, { log, clock: systemClock }, options)
  const opened = await store.catch((error) => {
    store = undefined
    throw error
  })
  const action = Reflect.get(opened, method) as (...args: readonly unknown[]) => unknown
  return action.apply(opened, method === 'commit' ? [receivedBatch(args[0] as SentBatch)] : (args as unknown[]))
}

function failureOf(error: unknown): Failure {
  const fault = error instanceof StoreError ? error.fault : error instanceof BadCursor ? 'cursor' : undefined
  const statement = error instanceof StoreError ? error.statement : undefined
  return { fault, statement, message: error instanceof Error ? error.message : String(error) }
}
