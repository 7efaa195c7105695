/** Compares everything a server shows of a fleet with the truth, device by device. */
import type { Client } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { type Difference, judgeMember } from './judge-member.ts'
import type { Fleet, Members } from './members.ts'
import { readServer, type ServerView } from './server-view.ts'

export interface FleetCheck {
  readonly client: Client
  readonly fleet: Fleet
  readonly members: Members
  readonly resent: ReadonlySet<number>
  readonly signal: AbortSignal
  /** The server had processed everything (`untilProcessed`). */
  readonly isProcessed?: boolean
  readonly onRead?: (items: number) => void
  readonly onJudged?: (devices: number) => void
}

export interface FleetVerdict {
  readonly differences: readonly Difference[]
  /** Devices whose state is unknown, and may be. */
  readonly unknown: number
  /** Bays that are held occupied, and marked, because their sensor changes more often than vehicles can: hours of frames come in seconds. */
  readonly flapping: number
  readonly stays: number
}

/** Only a free bay is held, and only its device shows that it is free. */
const isHeldBay = ({ what, truth, shown }: Difference) => what === 'bay' && truth === 'free' && shown === 'occupied'

export async function checkFleet(check: FleetCheck): Promise<FleetVerdict> {
  const { client, fleet, members } = check
  const ids = new Set<string>()
  for (let i = 0; i < fleet.devices; i++) ids.add(members.deviceOf(i))
  return judgeFleet(check, await readServer(client, (id) => ids.has(id), fleet.begin, check.onRead))
}

export async function judgeFleet(
  { fleet, members, resent, signal, isProcessed = true, onJudged }: Omit<FleetCheck, 'client'>,
  view: ServerView,
): Promise<FleetVerdict> {
  const differences: Difference[] = []
  let unknown = 0
  let stays = 0
  let flapping = 0
  for (let index = 0; index < fleet.devices; index++) {
    signal.throwIfAborted()
    const member = members.member(index)
    const found = judgeMember(member, view, resent.has(index))
    const isHeld = found.some(isHeldBay) && member.bay !== undefined && (await view.isFlapping(member.bay))
    if (isHeld) flapping++
    differences.push(...found.filter((difference) => !(isHeld && isHeldBay(difference))))
    if (member.bay !== undefined) {
      if (typeof view.device(member.device)?.occupied !== 'boolean') unknown++
      stays += view.stays(member.bay).length
    }
    onJudged?.(index + 1)
  }
  if (!isProcessed)
    differences.push({
      ...{ device: '(all)', what: 'balance', shown: 'messages that stay pending', truth: 'all processed' },
      why: 'processing does not advance',
    })
  if (view.difference !== 0)
    differences.push({
      ...{ device: '(all)', what: 'balance', truth: '0' },
      shown: view.difference === null ? 'no balance' : `${view.difference} unaccounted messages`,
      why: 'a message was counted as received and is nowhere',
    })
  return { differences, unknown, flapping, stays }
}

const lookMs = 500
/** Nothing moved for so long: what is pending stays pending. */
const stillMsMax = 60_000

/** Resolves when the server has processed everything that it accepted; false: it stands still, and messages are pending. */
export async function untilProcessed(
  client: Client,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<boolean> {
  let before = ''
  for (let stillMs = 0; stillMs < stillMsMax; stillMs += lookMs) {
    const { totals } = await client.call(routes.ledger, {}, { signal })
    const now = JSON.stringify({ ...totals, checked: undefined })
    // Two looks at two checks of the server: nothing is pending, and nothing has moved.
    if (totals && totals.pending === 0 && now === before && stillMs >= settleMs) return true
    if (now !== before) stillMs = 0
    before = now
    await clock.sleep(lookMs, signal)
  }
  return false
}

/** The server checks its balance about once a second, and looks at stays and health about as often. */
const settleMs = 4_000
