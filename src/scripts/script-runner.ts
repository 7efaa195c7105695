/**
 * Runs scripts on a few threads. A script has a thread of its own as long as there are enough; beyond that it shares one with those that
 * came after it. A script that had to be ended waits in a lane for such scripts alone, so that it keeps no other waiting twice.
 */
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type ClockLimits, type Script, scriptLimits } from './script.ts'
import { createScriptLane, type ScriptLane } from './script-lane.ts'

const lanesMax = 4
/** A script that did not return again and again is not asked for so long. */
const restMs = 60_000

const resting: ScriptAnswer = {
  failed: `it did not return again and again, so it is not asked for ${restMs / 1_000} s`,
  ended: true,
}

export interface ScriptRunner extends AsyncDisposable {
  /** An answer for each frame, in order; never rejects. */
  run(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]>
}

export function createScriptRunner(limits?: ClockLimits, clock: Pick<Clock, 'monotonic'> = systemClock): ScriptRunner {
  const lanes: { readonly lane: ScriptLane; scripts: number }[] = []
  const laneOf = new Map<string, ScriptLane>()
  const suspected = new Set<string>()
  const restsUntil = new Map<string, number>()
  const { endedInRow } = limits ?? scriptLimits
  let suspectLane: ScriptLane | undefined

  function freeLane(): ScriptLane {
    if (lanes.length < lanesMax) lanes.push({ lane: createScriptLane(limits), scripts: 0 })
    const least = lanes.reduce((best, one) => (one.scripts < best.scripts ? one : best))
    least.scripts++
    return least.lane
  }

  return {
    async run(script, frames) {
      const { hash } = script
      if (clock.monotonic() < (restsUntil.get(hash) ?? 0)) return frames.map(() => resting)
      if (suspected.has(hash)) suspectLane ??= createScriptLane(limits)
      const lane = suspected.has(hash) && suspectLane ? suspectLane : laneOf.getOrInsertComputed(hash, freeLane)
      const answers = await lane.run(script, frames)
      if (answers.some(({ ended }) => ended === true)) suspected.add(hash)
      const last = answers.slice(-endedInRow)
      if (last.length === endedInRow && last.every(({ ended }) => ended === true))
        restsUntil.set(hash, clock.monotonic() + restMs)
      return answers
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...lanes.map(({ lane }) => lane.close()), suspectLane?.close()])
    },
  }
}
