/** A stretch of a file in memory that moves and grows as records are read through it. */
import type { OpenFile } from '../lib/files.ts'
import { type Memory, memory } from './memory.ts'

const stepBytesMin = 16 * 1024
const stepBytesMax = 2 * 1024 * 1024

export interface Window extends Memory {
  bytes: Uint8Array
  view: DataView
  /** Offset in the file of `bytes[0]`. */
  start: number
  /** Bytes loaded. */
  length: number
  /** True when the file ended behind what is loaded. */
  atEnd: boolean
  stepBytes: number
}

/** Takes memory when it is first extended. */
export const createWindow = (): Window => ({ ...memory(0), ...emptyAt(0) })

const emptyAt = (start: number) => ({ start, length: 0, atEnd: false, stepBytes: stepBytesMin })

const sparesMax = 4
const spares: Window[] = []

/** Lends a window for the time of `work`: looking through a directory needs many small ones, one after the other. */
export async function withWindow<T>(work: (window: Window) => Promise<T>): Promise<T> {
  const window = spares.pop() ?? createWindow()
  try {
    return await work(window)
  } finally {
    if (spares.length < sparesMax && window.bytes.byteLength <= stepBytesMin) spares.push(window)
  }
}

/** Forgets what is loaded; the next bytes come from `start` on. */
export const moveTo = (window: Window, start: number) => Object.assign(window, emptyAt(start))

/**
 * Loads more of the file, keeping what is loaded from `keep` (an offset in the file) on. Each step is twice the one before, so
 * that the live end of a journal costs a small read and a long scan few of them. Views made earlier stay valid while `keep` stays.
 */
export async function extend(window: Window, file: OpenFile, keep: number, stepBytes = window.stepBytes) {
  if (keep > window.start) {
    window.bytes.copyWithin(0, keep - window.start, window.length)
    window.length = Math.max(0, window.start + window.length - keep)
    window.start = keep
  }
  if (stepBytes === 0) return
  const wanted = window.length + stepBytes
  if (wanted > window.bytes.byteLength) {
    const larger = memory(Math.max(wanted, Math.min(window.bytes.byteLength * 2, wanted + stepBytesMax)))
    larger.bytes.set(window.bytes.subarray(0, window.length))
    window.bytes = larger.bytes
    window.view = larger.view
  }
  const into = window.bytes.subarray(window.length, wanted)
  const got = await file.read(into, window.start + window.length)
  window.length += got
  window.atEnd = got < into.byteLength
  window.stepBytes = Math.min(stepBytesMax, window.stepBytes * 2)
}
