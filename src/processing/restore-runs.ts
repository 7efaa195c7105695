/** The undecided runs of devices, from the letters that hold their frames: after a start, and after a failed commit. */
import type { StoredDeadLetter } from '../store/store.ts'
import { readingsPerFrame } from './dead-letter.ts'
import type { CodecOf } from './decode-record.ts'
import type { Fleet } from './fleet.ts'
import { payloadHash } from './order/facts.ts'
import { effectiveTime } from './plausible-time.ts'
import { decodeAgain, type StoredHead } from './requeue.ts'
import type { Ticket, WaitingHead } from './undecided-frames.ts'

/** As they are decoded again by `restoreRuns`: for what scripts are asked. */
export function decodeWaiting(letters: readonly StoredDeadLetter[], codecOf: CodecOf): void {
  for (const letter of letters) decodeAgain(letter, JSON.parse(letter.head) as StoredHead, codecOf).frame(0)
}

/** `letters`: in order of their frames. */
export function restoreRuns(fleet: Fleet, letters: readonly StoredDeadLetter[], codecOf: CodecOf): void {
  for (const letter of letters) {
    const head = JSON.parse(letter.head) as StoredHead & WaitingHead
    const record = decodeAgain(letter, head, codecOf)
    const { uplink, pos } = record
    const { result } = record.frame(0)
    const ticket: Ticket = {
      ...{ letter, uplink, open: new Map(), committed: head.committed, filed: true, devices: new Set() },
    }
    for (const [k, match, epoch, began] of head.waiting) {
      const reading = result.ok ? result.value[k] : undefined
      const device = reading && fleet.find(uplink.source, reading.device)
      // Another release may read the frame otherwise: it stays where it is, for a person to look at.
      if (reading === undefined || device === undefined) continue
      if (reading.seq === undefined && match !== 'resend') continue
      const { time, doubted } = effectiveTime(reading.time, uplink.arrivedAt, uplink.time === 'trust')
      const hash = payloadHash(reading)
      const idx = letter.idx * readingsPerFrame + k
      const taken = { device, reading, uplink, pos, idx, hash, time, doubted }
      const entry = { taken, seq: reading.seq ?? Number.NaN, hash, match, epoch, began, ticket, k }
      ticket.open.set(k, entry)
      ticket.devices.add(device)
      if (match === 'resend') device.resends.push(entry)
      else device.run.push(entry)
    }
  }
}
