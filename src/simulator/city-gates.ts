/** Counters at the gates of the harbour's yard. One of them misses vehicles that leave: what follows from it drifts. */
import { yardGates } from './harbour.ts'
import type { Random } from './random.ts'
import { jsonLine } from './wire-reading.ts'

/** Of the vehicles that leave by the south gate one in so many is missed. */
const missedEach = 3
const heartbeatMs = 60_000

interface GateCounter {
  readonly device: string
  isBad: boolean
  /** Vehicles that have left by it, missed ones included. */
  left: number
  entries: number
  exits: number
  seq: number
  lastTime: number
  heartbeatAt: number
}

export interface CityGates {
  /** A vehicle drives in or out. Answers with the frame of the gate; undefined: it was missed. */
  pass(isEntry: boolean, at: number): { readonly device: string; readonly line: string } | undefined
  /** Whether the bad one misses vehicles; at first it does. */
  setMissing(isMissing: boolean): void
  /** Frames of gates that have sent nothing for a while. */
  heartbeats(now: number): readonly { readonly device: string; readonly line: string }[]
}

export function createGates(random: Random, epoch: number, now: number): CityGates {
  const gates = yardGates.map(
    (device, i): GateCounter => ({
      ...{ device, isBad: i > 0, left: 0, entries: 0, exits: 0, seq: 0, lastTime: 0 },
      heartbeatAt: now + i * 1_000,
    }),
  )

  function send(gate: GateCounter, at: number) {
    const time = Math.max(Math.round(at), gate.lastTime + 1)
    gate.lastTime = time
    gate.heartbeatAt = time + heartbeatMs
    const { device, entries: count_in, exits: count_out } = gate
    return { device, line: jsonLine({ device, epoch, seq: gate.seq++, time, count_in, count_out }) }
  }

  return {
    setMissing(isMissing) {
      for (const gate of gates.slice(1)) gate.isBad = isMissing
    },
    pass(isEntry, at) {
      const gate = gates[random() < 0.5 ? 0 : 1] as GateCounter
      if (!isEntry && ++gate.left % missedEach === 0 && gate.isBad) return undefined
      if (isEntry) gate.entries++
      else gate.exits++
      return send(gate, at)
    },
    heartbeats: (now) => gates.filter(({ heartbeatAt }) => heartbeatAt <= now).map((gate) => send(gate, now)),
  }
}
