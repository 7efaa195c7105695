/**
 * Runs scripts on a few threads. A script has a thread of its own as long as there are enough; beyond that it shares one with those that
 * came after it. A script that took all its steps waits in a lane for such scripts alone, so that it keeps no other waiting twice.
 */
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import type { ClockLimits, Script } from './script.ts'
import { createScriptLane, type ScriptLane } from './script-lane.ts'

const lanesMax = 4

export interface ScriptRunner extends AsyncDisposable {
  /** An answer for each frame, in order; never rejects. */
  run(script: Script, frames: readonly ScriptFrame[]): Promise<readonly ScriptAnswer[]>
}

export function createScriptRunner(limits?: ClockLimits): ScriptRunner {
  const lanes: { readonly lane: ScriptLane; scripts: number }[] = []
  const laneOf = new Map<string, ScriptLane>()
  const suspected = new Set<string>()
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
      if (suspected.has(hash)) suspectLane ??= createScriptLane(limits)
      const lane = suspected.has(hash) && suspectLane ? suspectLane : laneOf.getOrInsertComputed(hash, freeLane)
      const answers = await lane.run(script, frames)
      if (answers.some(({ ended }) => ended === true)) suspected.add(hash)
      return answers
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...lanes.map(({ lane }) => lane.close()), suspectLane?.close()])
    },
  }
}
