/** Periods of assignments in the batch that puts layouts into effect. */
import {
  type AssignedDevice,
  type AssignmentPeriod,
  assignedDevices,
  changedPeriods,
  type TakesEffect,
} from '../domain/assigned-device.ts'
import type { Store, StoredLayout, TableChange } from '../store/store.ts'
import { change } from '../store/table.ts'
import { assignment } from '../store/tables/assignment.ts'

export interface PeriodBook {
  takesEffect(assigned: readonly AssignedDevice[], by: TakesEffect): Promise<void>
  /** Those that changed. */
  periods(): readonly AssignmentPeriod[]
  changes(): readonly TableChange[]
}

/**
 * `read`: the stored periods that go on, those of batches that are being committed included. `owed`: periods that the batch writes anyway,
 * as the database lacks them.
 */
export function createPeriodBook(
  read: () => Promise<readonly AssignmentPeriod[]>,
  owed: readonly AssignmentPeriod[] = [],
): PeriodBook {
  const keyOf = ({ device, version }: AssignmentPeriod) => `${device} ${version}`
  const changed = new Map(owed.map((period) => [keyOf(period), period]))
  let open: Map<string, AssignmentPeriod> | undefined
  return {
    async takesEffect(assigned, by) {
      open ??= new Map([...(await read()), ...owed.filter(({ to }) => to === null)].map((each) => [each.device, each]))
      for (const period of changedPeriods([...open.values()], assigned, by)) {
        changed.set(keyOf(period), period)
        if (period.to === null) open.set(period.device, period)
        else open.delete(period.device)
      }
    },
    periods: () => [...changed.values()],
    changes: () => (changed.size === 0 ? [] : [change(assignment, [...changed.values()])]),
  }
}

/**
 * What a database of an earlier release lacks: the periods of the layouts that took effect there. Nothing when the newest layout assigns no device.
 */
export async function earlierPeriods(
  store: Pick<Store, 'layout' | 'hasAssignments'>,
  newest: Pick<StoredLayout, 'version' | 'layout'> | undefined,
): Promise<readonly AssignmentPeriod[]> {
  if (!newest || assignedDevices(newest.layout).length === 0 || (await store.hasAssignments())) return []
  const book = createPeriodBook(async () => [])
  for (let version = 1; version <= newest.version; version++) {
    const stored = await store.layout(version)
    if (!stored) continue
    const { created: at, author, layout } = stored
    await book.takesEffect(assignedDevices(layout), { version, at, author })
  }
  return book.periods()
}
