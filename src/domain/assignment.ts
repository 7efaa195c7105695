/**
 * Which bay a device watches: one rule for history, live state, API and pages.
 *
 * - An assignment in the layout (`devices` of a bay) always wins.
 * - A device that names a bay, by its claim or else by its own id, proposes itself: accepted only while that bay has no assignment.
 * - A proposal that is not accepted is a conflict, and is shown. The device then watches no bay.
 *
 * Hardware ids are compared in their normal form.
 */
import type { DeviceState } from './device.ts'
import { normalHardwareId } from './hardware-id.ts'
import type { Bay } from './layout.ts'

export type Proposer = Pick<DeviceState, 'external' | 'claimedBay'>

export interface Assignments {
  bayOf(device: Proposer): string | undefined
  /** A bay of the layout that the device names and does not watch, because an assignment takes precedence. */
  conflictOf(device: Proposer): string | undefined
  /** The bay of the layout that the device names and not the device that watches it. */
  namedBy(device: Proposer): string | undefined
}

export function assignmentsOf(bays: Iterable<Pick<Bay, 'id' | 'devices'>>): Assignments {
  const byDevice = new Map<string, string>()
  const ids = new Set<string>()
  const byNormalId = new Map<string, string>()
  const assigned = new Set<string>()
  for (const { id, devices } of bays) {
    ids.add(id)
    byNormalId.set(normalHardwareId(id), id)
    for (const device of devices) {
      byDevice.set(normalHardwareId(device), id)
      assigned.add(id)
    }
  }
  const named = (text: string) => (ids.has(text) ? text : byNormalId.get(normalHardwareId(text)))
  const claimOf = ({ claimedBay }: Proposer) => (typeof claimedBay === 'string' ? named(claimedBay) : undefined)
  const proposalOf = (device: Proposer) => claimOf(device) ?? named(device.external)
  const explicit = ({ external }: Proposer) => byDevice.get(normalHardwareId(external))
  return {
    namedBy: proposalOf,
    bayOf(device) {
      const own = explicit(device)
      if (own !== undefined) return own
      const proposal = proposalOf(device)
      return proposal === undefined || assigned.has(proposal) ? undefined : proposal
    },
    conflictOf(device) {
      const own = explicit(device)
      // The id of an assigned device that is also the name of a bay proposes nothing.
      if (own !== undefined) {
        const claim = claimOf(device)
        return claim === own ? undefined : claim
      }
      const proposal = proposalOf(device)
      return proposal !== undefined && assigned.has(proposal) ? proposal : undefined
    },
  }
}
