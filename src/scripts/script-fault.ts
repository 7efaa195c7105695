/** What a script threw, as the end of a sentence. */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core'

/** Without running more of the script than a getter; its steps are counted like all others. */
export function faultIn(context: QuickJSContext, thrown: QuickJSHandle): string {
  const isObject = context.typeof(thrown) === 'object'
  const [name, message] = isObject ? [textAt(context, thrown, 'name'), textAt(context, thrown, 'message')] : []
  if (message === 'out of memory') return 'it was ended: it used more memory than a decoder needs'
  if (message === 'stack overflow') return 'it was ended: its calls go too deep'
  const what = isObject ? [name, message].filter(Boolean).join(': ') : plainText(context, thrown)
  return `it throws ${what.slice(0, 300) || 'an object without a message'}`
}

export const isSyntaxFault = (context: QuickJSContext, thrown: QuickJSHandle): boolean =>
  context.typeof(thrown) === 'object' && textAt(context, thrown, 'name') === 'SyntaxError'

function lengthOf(context: QuickJSContext, text: QuickJSHandle): number {
  const length = context.getProp(text, 'length')
  const count = context.getNumber(length)
  length.dispose()
  return count
}

function textAt(context: QuickJSContext, object: QuickJSHandle, key: string): string {
  const value = context.getProp(object, key)
  return context.typeof(value) === 'undefined' ? '' : plainText(context, value)
}

function plainText(context: QuickJSContext, value: QuickJSHandle): string {
  const type = context.typeof(value)
  if (type === 'number') return String(context.getNumber(value))
  if (type !== 'string') return type === 'object' || type === 'function' ? '' : type
  return lengthOf(context, value) > 2_000 ? 'a text of many characters' : context.getString(value)
}
