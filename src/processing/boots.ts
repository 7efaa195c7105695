/** Boots of a device come and go: their numbers, and the numbers of their epochs. */
import { openEpoch } from '../domain/fold.ts'
import { forgetSeqs, type Tracked } from './fleet.ts'
import { epochOfName, isNamedEpoch } from './order/facts.ts'
import { bootsMax } from './order/order-state.ts'
import type { StoredKeys } from './stored-keys.ts'

/** The current boot ends and another one is the current one. */
export async function beginBoot(device: Tracked, stored: StoredKeys, name: string | undefined): Promise<void> {
  const { state, order } = device
  const { epoch, minSeq: min, maxSeq: max } = state
  if (min !== null && max !== null) {
    stored.closeEpoch(state.id, epoch, { min, max })
    order.boots.push({
      ...{ epoch, min, max, from: order.from, to: order.clock },
      ...(order.name === undefined ? {} : { name: order.name }),
    })
    if (order.boots.length > bootsMax) order.boots.shift()
    order.before = epoch
  }
  const next = await freshEpoch(device, stored, name)
  openEpoch(state, next)
  order.name = name
  order.from = null
  order.overtaken = undefined
  order.rising = undefined
  order.changed = true
  forgetSeqs(device)
}

/** A number that no reading of the device is stored under. A name that is a number keeps it where it is not used yet. */
export async function freshEpoch(
  { state, order }: Tracked,
  stored: StoredKeys,
  name: string | undefined,
): Promise<number> {
  const isUsed = async (epoch: number) =>
    (state.maxSeq !== null && epoch === state.epoch) ||
    order.boots.some((span) => span.epoch === epoch) ||
    (await stored.knows(state.id, epoch))
  if (name !== undefined) {
    const named = epochOfName(name)
    if (!(await isUsed(named))) return named
  }
  order.lastEpoch = Math.max(order.lastEpoch, isNamedEpoch(state.epoch) ? 0 : state.epoch)
  do order.lastEpoch++
  while (await isUsed(order.lastEpoch))
  order.changed = true
  return order.lastEpoch
}
