/**
 * One script in an interpreter (interpreter.ts): it reaches nothing of this process. It is loaded once; each call begins with its memory as it
 * was then, so that nothing of one frame, or of one sensor, is there for the next.
 */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core'
import { objectOf } from '../codecs/lorawan/json.ts'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import type { Image, Interpreter } from './interpreter.ts'
import { scriptLimits } from './script.ts'
import { faultIn } from './script-fault.ts'
import { loadScript } from './script-loading.ts'

export interface ScriptEngine {
  /** False: its next call loads the script first. */
  readonly isWarm: boolean
  /** Loads the script, unless it is loaded or cannot be. */
  load(): void
  /** `onLoaded`: the script is loaded, and its call begins. */
  run(frame: ScriptFrame, onLoaded?: () => void): ScriptAnswer
}

const ranOut: ScriptAnswer = { failed: 'it was ended: it took more steps than a decoder needs', ended: true }

interface Warm {
  readonly image: Image
  readonly call: QuickJSHandle
}

export function createScriptEngine(interpreter: Interpreter, text: string): ScriptEngine {
  let warm: Warm | undefined
  /** Why it cannot be loaded: it will be no other the next time. */
  let refused: ScriptAnswer | undefined

  function loaded(): Warm | undefined {
    const found = loadScript(interpreter, text)
    if ('failed' in found) {
      refused = { ...found, failed: `the script does not load: ${found.failed}` }
      return undefined
    }
    return { image: interpreter.image(), call: found.call }
  }

  function load() {
    if (!refused) warm ??= loaded()
  }

  return {
    get isWarm() {
      return warm !== undefined || refused !== undefined
    },
    load,
    run(frame, onLoaded) {
      load()
      onLoaded?.()
      if (!warm) return refused ?? ranOut
      const { image, call } = warm
      interpreter.restore(image)
      return interpreter.within(scriptLimits.steps, () => answerTo(interpreter.context, call, frame)) ?? ranOut
    },
  }
}

function answerTo(context: QuickJSContext, call: QuickJSHandle, { bytes, fPort, recvTime }: ScriptFrame): ScriptAnswer {
  const port = fPort === undefined ? '' : `,"p":${fPort}`
  const given = context.newString(`{"b":[${bytes.join()}],"t":${recvTime}${port}}`)
  const done = context.callFunction(call, context.undefined, given)
  if (done.error) return { failed: faultIn(context, done.error) }
  return answerOf(context.getString(done.value))
}

function answerOf(text: string): ScriptAnswer {
  if (text.startsWith('f')) return { failed: text.slice(1) }
  const data = objectOf(JSON.parse(text))
  return data ? { data } : { failed: 'it returned a list or a plain value, no object' }
}
