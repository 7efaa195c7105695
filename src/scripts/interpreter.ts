/**
 * QuickJS in WebAssembly, as images of its memory. All that an interpreter knows is in its linear memory, so a script that was loaded once is
 * kept as a copy of that, and each call begins with the copy put back: no call sees what another one has left behind, a call that was
 * ended leaves nothing to repair, and the same call gives the same answer in the same number of steps on every machine.
 *
 * Layout of the memory (emscripten): data from 0, then the stack that grows down from `stackTop`, then the heap.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import quickJs from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import { meteredModule } from './metered-module.ts'
import { scriptLimits } from './script.ts'
import { before } from './surroundings.ts'
import { type WasmGlobal, type WasmMemory, type WasmModule, webAssembly } from './wasm-api.ts'

/** What the interpreter's memory holds. */
export interface Image {
  readonly data: Uint8Array
  readonly heap: Uint8Array
}

export interface Interpreter {
  readonly context: QuickJSContext
  /** As it was at first, without a script. */
  clear(): void
  /** Of what is in its memory now. */
  image(): Image
  restore(image: Image): void
  /** Steps that `work` may take (metered-module.ts). Undefined: it took them all, or broke the interpreter, whose memory has to be restored. */
  within<T>(steps: number, work: () => T): T | undefined
  /** Steps that the last work took. */
  readonly taken: number
}

export type Compiled = WasmModule

/** To a thread that runs scripts. `compiled`: where another thread has compiled the interpreter already. */
export interface ScriptThreadStart {
  readonly progress: Int32Array<SharedArrayBuffer>
  readonly compiled?: Compiled
}
/** From it, once. */
export interface ScriptThreadReady {
  readonly compiled: Compiled
}

/** Of the build of QuickJS that is pinned. */
const stackBytes = 5 * 1024 * 1024

let compiled: Compiled | undefined
/** Takes 200 ms: a thread that has compiled it hands it to the others. */
export function compiledInterpreter(): Compiled {
  const file = new URL('emscripten-module.wasm', import.meta.resolve('@jitl/quickjs-wasmfile-release-sync'))
  compiled ??= new webAssembly.Module(meteredModule(readFileSync(file)))
  return compiled
}

interface Counters {
  readonly steps: WasmGlobal
  readonly stack: WasmGlobal
}

export async function loadInterpreter(module: Compiled = compiledInterpreter()): Promise<Interpreter> {
  let counters: Counters | undefined
  const variant = newVariant(quickJs as unknown as QuickJSSyncVariant, {
    emscriptenModule: {
      instantiateWasm(imports, onSuccess) {
        const instance = new webAssembly.Instance(module, imports)
        const { steps, stack } = instance.exports as { steps?: WasmGlobal; stack?: WasmGlobal }
        assert(steps && stack, 'the module counts its steps')
        steps.value = unmetered
        counters = { steps, stack }
        // Where the libraries of types in use know WebAssembly, theirs are others than ours (wasm-api.ts).
        onSuccess(instance as never)
        return instance.exports as never
      },
    },
  })
  const quick = await newQuickJSWASMModuleFromVariant(variant)
  assert(counters)
  return interpreterOf(blankContext(quick), quick.getWasmMemory(), counters)
}

/** Its own code takes so many at the most. */
const unmetered = 0x7fff_ffff

function blankContext(quick: Awaited<ReturnType<typeof newQuickJSWASMModuleFromVariant>>): QuickJSContext {
  const runtime = quick.newRuntime()
  runtime.setMemoryLimit(scriptLimits.memory)
  runtime.setMaxStackSize(scriptLimits.stack)
  const context = runtime.newContext()
  context.unwrapResult(context.evalCode(before, 'before.js', { type: 'global' })).dispose()
  return context
}

function interpreterOf(context: QuickJSContext, memory: WasmMemory, { steps, stack }: Counters): Interpreter {
  const stackTop = stack.value
  const dataBytes = stackTop - stackBytes
  let view = new Uint8Array(memory.buffer)
  // Memory that has grown is another buffer, and the view of the old one is empty.
  const all = (): Uint8Array => {
    if (view.length === 0) view = new Uint8Array(memory.buffer)
    return view
  }
  const image = (): Image => {
    const bytes = all()
    return { data: bytes.slice(0, dataBytes), heap: bytes.slice(stackTop, heapEnd(bytes)) }
  }
  assert(
    dataBytes > 0 &&
      all()
        .subarray(dataBytes, dataBytes + 65_536)
        .every((byte) => byte === 0),
  )
  const blank = image()
  const put = ({ data, heap }: Image): Uint8Array => {
    const bytes = all()
    bytes.set(data, 0)
    bytes.set(heap, stackTop)
    return bytes
  }
  let taken = 0

  return {
    context,
    image,
    restore(image) {
      put(image)
    },
    clear() {
      put(blank).fill(0, stackTop + blank.heap.length)
    },
    within(most, work) {
      steps.value = most
      try {
        return work()
      } catch (fault) {
        // A trap, or a stack of this process that is used up. Anything else is our own fault.
        if (!(fault instanceof webAssembly.RuntimeError) && !(fault instanceof RangeError)) throw fault
        return undefined
      } finally {
        taken = most - steps.value
        stack.value = stackTop
        steps.value = unmetered
      }
    },
    get taken() {
      return taken
    },
  }
}

/** Behind it the heap was never used. */
function heapEnd(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, 0, bytes.length >>> 2)
  let last = words.length - 1
  while (last > 0 && words[last] === 0) last--
  return (last + 1) * 4
}
