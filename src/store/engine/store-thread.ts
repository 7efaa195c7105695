/** The thread of a store (threaded-store.ts): opens it at the first call and answers one message for each. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../lib/clock.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { BadCursor, type Store, StoreError } from '../store.ts'
import { openStore } from './open.ts'
import { type Answer, type Call, dispose, type Failure, type Place, type Said } from './threaded-store.ts'

const { url, options } = workerData as Place
const tell = (said: Answer | Said) => parentPort?.postMessage(said)
const log: Log = { ...silentLog, warn: (...warning) => tell({ warning }) }
let store: Promise<Store> | undefined

parentPort?.on('message', async (call: Call) => {
  try {
    tell({ id: call.id, value: await answer(call) })
  } catch (error) {
    tell({ id: call.id, failed: failureOf(error) })
  }
})

async function answer({ method, args }: Call): Promise<unknown> {
  if (method === dispose) return (await store)?.[Symbol.asyncDispose]()
  store ??= openStore(url, { log, clock: systemClock }, options)
  const opened = await store.catch((error) => {
    store = undefined
    throw error
  })
  const action = Reflect.get(opened, method) as (...args: readonly unknown[]) => unknown
  return action.apply(opened, args as unknown[])
}

function failureOf(error: unknown): Failure {
  const fault = error instanceof StoreError ? error.fault : error instanceof BadCursor ? 'cursor' : undefined
  const statement = error instanceof StoreError ? error.statement : undefined
  return { fault, statement, message: error instanceof Error ? error.message : String(error) }
}
