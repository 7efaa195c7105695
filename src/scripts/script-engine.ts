/**
 * One script in one interpreter (QuickJS, compiled to WebAssembly): it reaches nothing of this process. It is kept warm between frames and
 * loaded again after a frame that it failed at, since it is not known what it left behind.
 *
 * The limits here end most of what does not end. Not all: a built-in function of the interpreter asks for no leave while it works
 * (`sort`). So the thread is watched from outside too (script-lane.ts).
 */
import quickJs from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core'
import { objectOf } from '../codecs/lorawan/json.ts'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { scriptLimits } from './script.ts'
import { before, behind } from './surroundings.ts'

export interface ScriptEngine {
  /** False: its next call loads the script first. */
  readonly isWarm: boolean
  /** `onLoaded`: the script is loaded, and its call begins. */
  run(frame: ScriptFrame, onLoaded?: () => void): ScriptAnswer
  close(): void
}

// The types of the variant are those of a CommonJS module, of which Node hands over the default export.
export const loadInterpreter = (): Promise<QuickJSWASMModule> =>
  newQuickJSWASMModuleFromVariant(quickJs as unknown as QuickJSSyncVariant)

interface Warm {
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly call: QuickJSHandle
}

/** Counted down by the interpreter. */
interface Steps {
  left: number
}

export function createScriptEngine(interpreter: QuickJSWASMModule, text: string): ScriptEngine {
  let warm: Warm | undefined
  const steps: Steps = { left: 0 }

  function forget() {
    if (!warm) return
    warm.call.dispose()
    discard(warm)
    warm = undefined
  }

  function run({ bytes, fPort, recvTime }: ScriptFrame, onLoaded?: () => void): ScriptAnswer {
    if (!warm) {
      const loaded = load(interpreter, text, steps)
      if ('failed' in loaded) return loaded
      warm = loaded
    }
    onLoaded?.()
    const { context, call } = warm
    steps.left = scriptLimits.steps
    const given = context.newString(`{"b":[${bytes.join()}],"p":${fPort ?? 'null'},"t":${recvTime}}`)
    const done = context.callFunction(call, context.undefined, given)
    given.dispose()
    if (done.error) {
      const fault = faultIn(context, done.error, steps.left)
      forget()
      return { failed: fault }
    }
    const length = lengthOf(context, done.value)
    const returned = length > scriptLimits.answerChars ? undefined : context.getString(done.value)
    done.value.dispose()
    return returned === undefined
      ? { failed: `its answer has ${length} characters; ${scriptLimits.answerChars} are the most` }
      : answerOf(returned)
  }

  return {
    get isWarm() {
      return warm !== undefined
    },
    run,
    close: forget,
  }
}

/** `steps`: those that are left; none: it is ended. */
function load(interpreter: QuickJSWASMModule, text: string, steps: Steps): Warm | { readonly failed: string } {
  const runtime = interpreter.newRuntime()
  runtime.setMemoryLimit(scriptLimits.memory)
  runtime.setMaxStackSize(scriptLimits.stack)
  runtime.setInterruptHandler(() => --steps.left < 0)
  const context = runtime.newContext()
  steps.left = scriptLimits.stepsToLoad
  const failed = (fault: string) => {
    discard({ runtime, context })
    return { failed: `the script does not load: ${fault}` }
  }
  for (const part of [before, text]) {
    const done = context.evalCode(part, 'codec.js', { type: 'global', strict: false })
    if (done.error) return failed(faultIn(context, done.error, steps.left))
    done.value.dispose()
  }
  const made = context.evalCode(behind, 'behind.js', { type: 'global' })
  if (made.error) return failed(faultIn(context, made.error, steps.left))
  if (context.typeof(made.value) !== 'function') return failed(context.getString(made.value))
  return { runtime, context, call: made.value }
}

function answerOf(text: string): ScriptAnswer {
  if (text.startsWith('f')) return { failed: text.slice(1) }
  const data = objectOf(JSON.parse(text.slice(1)))
  return data ? { data } : { failed: 'it returned a list or a plain value, no object' }
}

function lengthOf(context: QuickJSContext, text: QuickJSHandle): number {
  const length = context.getProp(text, 'length')
  const count = context.getNumber(length)
  length.dispose()
  return count
}

/** Of what was thrown, without running more of the script than a getter; that is watched like all of it. */
function faultIn(context: QuickJSContext, thrown: QuickJSHandle, steps: number): string {
  if (steps < 0) {
    thrown.dispose()
    return 'it was ended: it took more steps than a decoder needs'
  }
  const isObject = context.typeof(thrown) === 'object'
  const [name, message] = isObject ? [textAt(context, thrown, 'name'), textAt(context, thrown, 'message')] : []
  const plain = isObject ? '' : plainText(context, thrown)
  thrown.dispose()
  if (message === 'out of memory') return 'it was ended: it used more memory than a decoder needs'
  if (message === 'stack overflow') return 'it was ended: its calls go too deep'
  const what = isObject ? [name, message].filter(Boolean).join(': ') : plain
  return `it throws ${what.slice(0, 300) || 'an object without a message'}`
}

function textAt(context: QuickJSContext, object: QuickJSHandle, key: string): string {
  const value = context.getProp(object, key)
  const text = context.typeof(value) === 'undefined' ? '' : plainText(context, value)
  value.dispose()
  return text
}

function plainText(context: QuickJSContext, value: QuickJSHandle): string {
  const type = context.typeof(value)
  if (type === 'number') return String(context.getNumber(value))
  if (type !== 'string') return type === 'object' || type === 'function' ? '' : type
  return lengthOf(context, value) > 2_000 ? 'a text of many characters' : context.getString(value)
}

function discard({ runtime, context }: Pick<Warm, 'runtime' | 'context'>) {
  context.dispose()
  runtime.dispose()
}
