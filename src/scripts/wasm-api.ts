/** The part of the WebAssembly interface of JavaScript that is used here: the libraries of types in use have none. */
import type { QuickJSWASMModule } from 'quickjs-emscripten-core'

export type WasmModule = object
export interface WasmGlobal {
  value: number
}
export type WasmExports = Readonly<Record<string, unknown>>
export type WasmImports = Readonly<Record<string, unknown>>
export type WasmMemory = Readonly<ReturnType<QuickJSWASMModule['getWasmMemory']>> & { readonly buffer: ArrayBuffer }

interface WasmApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule
  readonly Instance: new (module: WasmModule, imports: WasmImports) => { readonly exports: WasmExports }
  readonly RuntimeError: new () => Error
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly
