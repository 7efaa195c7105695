/** The row of a reading that is stored, with its quality marks. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { addReading } from '../../store/store.ts'
import type { Outcome } from '../dead-letter.ts'
import type { Taken } from '../undecided-frames.ts'
import type { PlacerDeps } from './placer-deps.ts'
import { clockOf } from './taken.ts'

export interface PlacedRows {
  add(taken: Taken, epoch: number, marks: number): Outcome
  /** A reading that is not the newest: its presence repairs the stays around it. */
  addLate(taken: Taken, epoch: number): Outcome
}

export function createPlacedRows(deps: Pick<PlacerDeps, 'rows' | 'lateStays' | 'added'>): PlacedRows {
  const { rows, lateStays } = deps

  function add(taken: Taken, epoch: number, marks: number): Outcome {
    const { device, reading, uplink, pos, idx, hash, time, doubted } = taken
    const { state } = device
    state.readings++
    const all = (doubted ? qualityBits['arrival-time'] : 0) | marks
    const seq = reading.seq ?? null
    const head = { pos, idx, device: state.id, epoch, seq, time, arrived: uplink.arrivedAt, quality: all, hash }
    addReading(rows, head, reading.measures)
    deps.added(taken)
    return 'committed'
  }

  return {
    add,
    addLate(taken: Taken, epoch: number): Outcome {
      const { device, reading, time } = taken
      const clock = clockOf(taken)
      const isBefore = clock !== undefined && device.order.clock !== null && clock <= device.order.clock
      if (isBefore && reading.measures.occupied !== undefined) lateStays.add(device, time)
      return add(taken, epoch, qualityBits.late)
    },
  }
}
