/** Names who sent the request in the records that are published for it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyRequest } from 'fastify'
import { principalId } from '../auth/principal.ts'
import { type DeskActor, withActor } from '../domain/desk-actor.ts'
import { callerAddress } from './caller-address.ts'
import type { ApiDeps, Publisher } from './context.ts'

export interface ChangeActors {
  readonly publisher: Publisher
  run<T>(request: FastifyRequest, work: () => T): T
}

export function createChangeActors({
  publisher,
  trustedProxies,
}: Pick<ApiDeps, 'publisher' | 'trustedProxies'>): ChangeActors {
  const current = new AsyncLocalStorage<DeskActor>()
  const addressOf = callerAddress(trustedProxies)
  return {
    publisher: {
      publish(record) {
        const actor = current.getStore()
        return publisher.publish(actor ? withActor(record, actor) : record)
      },
    },
    run(request, work) {
      const { principal, method } = request
      if (!principal || method === 'GET') return work()
      return current.run({ account: principalId(principal), address: addressOf(request) }, work)
    },
  }
}
