/** The row of a reading that is stored, with its quality marks. */
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { addReading } from '../../store/store.ts'
import type { Outcome } from '../dead-letter.ts'
import type { PlacedReading } from '../undecided-frames.ts'
import { clockOf, presenceOf } from './placed-reading.ts'
import type { PlacerDeps } from './placer-deps.ts'

export interface PlacedRows {
  add(taken: PlacedReading, epoch: number, marks: number): Outcome
  /** A reading that is not the newest: its presence repairs the stays around it. */
  addLate(taken: PlacedReading, epoch: number): Promise<Outcome>
}

export function createPlacedRows(deps: Pick<PlacerDeps, 'rows' | 'lateStays' | 'added' | 'history'>): PlacedRows {
  const { rows, lateStays, history } = deps

  function add(taken: PlacedReading, epoch: number, marks: number): Outcome {
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
    async addLate(taken: PlacedReading, epoch: number): Promise<Outcome> {
      const { device, reading, time } = taken
      const clock = clockOf(taken)
      const isBefore = clock !== undefined && device.order.clock !== null && clock <= device.order.clock
      const outcome = add(taken, epoch, qualityBits.late)
      const tells = presenceOf(taken, history) !== undefined || reading.seq !== undefined
      if (isBefore && tells) await lateStays.repair(device, time)
      return outcome
    },
  }
}
