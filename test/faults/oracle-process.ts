/**
 * The oracle as a process of its own, apart from the product and from the process that kills it: sends over four protocols, keeps every obligation,
 * and at the end compares with what the server has stored.
 */

import type { StoredReading } from '@baykeeper/contract/device.ts'
import { type Checked, createOracle, type Oracle } from '../fixtures/oracle.ts'
import { readingsOf } from '../fixtures/readings.ts'
import type { ReadyFile } from '../fixtures/server.ts'
import {
  closeGaps,
  type SerialTruth,
  type ServerAddresses,
  sendHttp,
  sendMqtt,
  sendSerial,
  sendTcp,
} from './senders-under-fault.ts'

export type ToOracle =
  | {
      readonly type: 'start'
      readonly place: ServerAddresses
      readonly serial: string | undefined
      readonly salt: number
      readonly perSecond: {
        readonly http: number
        readonly mqtt: number
        readonly tcp: number
        readonly serial: number
      }
    }
  /** No new frames; answers when everything that can be acknowledged has been. */
  | { readonly type: 'stop' }
  | { readonly type: 'check'; readonly ready: ReadyFile; readonly dataDir: string }

export type FromOracle =
  | { readonly type: 'stopped'; readonly sent: number; readonly acknowledged: number }
  | { readonly type: 'checked'; readonly verdict: Verdict }
  | { readonly type: 'fault'; readonly what: string }

export interface Verdict extends Checked {
  readonly serialSent: number
  /** Lines the emulator itself had to discard. */
  readonly serialDiscarded: number
  /** Lines that left the board and are not stored: what the ledger must say is lost. */
  readonly serialMissing: number
}

const oracle: Oracle = createOracle()
const stopper = new AbortController()
let running: Promise<unknown> = Promise.resolve()
let serial: { device: string; truth: SerialTruth } | undefined

const post = (message: FromOracle) => process.send?.(message)

async function handle(message: ToOracle) {
  switch (message.type) {
    case 'start': {
      const { place, salt, perSecond, serial: device } = message
      const { signal } = stopper
      const sending = (rate: number) => ({ oracle, place, perSecond: rate, signal })
      running = Promise.all([
        sendHttp(sending(perSecond.http), salt),
        sendMqtt(sending(perSecond.mqtt), salt),
        sendTcp(sending(perSecond.tcp), salt),
        device &&
          sendSerial(sending(perSecond.serial), device, salt).then((truth) => {
            serial = { device, truth }
          }),
      ])
      running.catch((error: Error) => post({ type: 'fault', what: error.stack ?? String(error) }))
      return
    }
    case 'stop':
      stopper.abort()
      await running
      if (serial) await closeGaps(serial.device, serial.truth, oracle)
      post({ type: 'stopped', ...oracle.counts() })
      return
    case 'check': {
      const checked = await oracle.check(message)
      post({ type: 'checked', verdict: { ...checked, ...(await serialVerdict(message.ready.web)) } })
    }
  }
}

async function serialVerdict(web: string) {
  if (!serial) return { serialSent: 0, serialDiscarded: 0, serialMissing: 0 }
  const { frames, damaged } = serial.truth
  const damagedFrames = new Set(damaged.map((number) => frames[number] as (typeof frames)[number]))
  let serialMissing = 0
  for (const device of new Set(frames.map((frame) => frame.device))) {
    const stored = new Set((await readingsOf(web, device)).map((reading: StoredReading) => reading.seq))
    for (const frame of frames)
      if (frame.device === device && !stored.has(frame.seq)) serialMissing++
      else if (frame.device === device && damagedFrames.has(frame))
        throw new Error(`${device} ${frame.seq} was torn on the wire and is stored all the same`)
  }
  return { serialSent: frames.length, serialDiscarded: damaged.length, serialMissing }
}

process.on('message', (message: ToOracle) => {
  handle(message).catch((error: Error) => post({ type: 'fault', what: error.message }))
})
process.on('disconnect', () => process.exit(0))
