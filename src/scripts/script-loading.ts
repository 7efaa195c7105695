/** A script into the memory of an interpreter, in the ways that vendors publish them. */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core'
import type { Interpreter } from './interpreter.ts'
import { scriptLimits } from './script.ts'
import { faultIn, isSyntaxFault } from './script-fault.ts'
import { behind } from './surroundings.ts'
import { isOnDemand, onDemand, readsBytes } from './surroundings-on-demand.ts'

/** `failed`: a clause. */
export type LoadedScript = { readonly call: QuickJSHandle } | { readonly failed: string; readonly ended?: true }

const ranOut = { failed: 'it was ended: it took more steps than it needs to load', ended: true } as const

interface Form {
  readonly text: string
  readonly type: 'global' | 'module'
}

/** The interpreter's memory holds the script afterwards, ready to be called. */
export function loadScript(interpreter: Interpreter, text: string): LoadedScript {
  let first: LoadedScript | undefined
  for (const form of formsOf(text)) {
    interpreter.clear()
    const loaded = interpreter.within(scriptLimits.stepsToLoad, () => load(interpreter.context, form, text)) ?? ranOut
    first ??= loaded
    if (!('isSyntax' in loaded)) return loaded
  }
  return first ?? ranOut
}

/** As it is; as an ECMAScript module; and as text of JSON on one line, as which some scripts of the public catalogue are stored. */
function formsOf(text: string): Form[] {
  const forms: Form[] = [{ text, type: 'global' }]
  if (/^\s*export\b/m.test(text)) forms.push({ text, type: 'module' })
  const unescaped = unescapedText(text)
  if (unescaped !== undefined) forms.push({ text: unescaped, type: 'global' })
  return forms
}

/** Of text on one line, with its ends of lines escaped. */
export function unescapedText(given: string): string | undefined {
  const text = given.trim()
  if (text.includes('\n') || !text.includes('\\n')) return undefined
  try {
    const value: unknown = JSON.parse(text.startsWith('"') ? text : `"${text}"`)
    return typeof value === 'string' ? value : undefined
  } catch {
    // It is no text of JSON: the fault of the script as it is stands.
    return undefined
  }
}

function load(
  context: QuickJSContext,
  { text, type }: Form,
  asGiven: string,
): LoadedScript & { readonly isSyntax?: true } {
  if (isOnDemand(asGiven)) {
    const around = context.evalCode(onDemand, 'around.js', { type: 'global' })
    if (around.error) return { failed: faultIn(context, around.error) }
  }
  const done = context.evalCode(text, 'codec.js', { type, strict: false })
  if (done.error) {
    const isSyntax = isSyntaxFault(context, done.error)
    return { failed: faultIn(context, done.error), ...(isSyntax ? { isSyntax } : {}) }
  }
  const named = type === 'module' ? done.value : context.undefined
  const maker = context.evalCode(behind, 'behind.js', { type: 'global' })
  if (maker.error) return { failed: faultIn(context, maker.error) }
  const asBuffer = readsBytes(asGiven) ? context.true : context.false
  const made = context.callFunction(maker.value, context.undefined, named, asBuffer)
  if (made.error) return { failed: faultIn(context, made.error) }
  return context.typeof(made.value) === 'function' ? { call: made.value } : { failed: context.getString(made.value) }
}
