/**
 * A board on a serial line, with the truth about it. Real boards do not wait: bytes leave at the baud rate, and what the other
 * side has not taken when its 256-byte buffer is full is gone. A pseudo-terminal alone hides this: it holds 4 to 20 KB and then
 * makes the writer wait.
 *
 * - E1 Bytes leave at baud/10 a second, with or without a reader.
 * - E2 A byte that finds the FIFO full is discarded and counted; nothing is ever written twice.
 * - E3 Every line that does not come out whole at the other end is named by its number. What comes out is what was taken between
 *   two line ends, so a line may lose its end to the next and still be whole, or be glued to a torn one and not be.
 * - E4 While unplugged the board goes on sending: the content of the FIFO is lost, and a line in flight is torn.
 *
 * Numbers are those the caller gives; the emulator knows nothing of readings.
 */
import { type Clock, systemClock } from '../lib/clock.ts'

/** Size of the FIFO of a 16550 and of most USB bridges. */
const fifoBytesMax = 256
/** Start bit, 8 data bits, stop bit. */
const bitsPerByte = 10
const stepMs = 2

/** Bytes left in the FIFO of a silent board wait this long for a reader. */
const lastDrainMsMax = 5_000

/** The far end of the line: takes what it can at once, 0 when it is full. Never waits. */
export type ByteSink = (bytes: Uint8Array) => Promise<number>

export interface NumberedLine {
  readonly number: number
  /** Without line end. */
  readonly text: string
}

export interface EmulatorTruth {
  readonly linesSent: number
  readonly bytesSent: number
  readonly bytesDiscarded: number
  /** Numbers of lines that did not arrive whole, in order. */
  readonly damaged: readonly number[]
}

export interface EmulatorOptions {
  readonly baud: number
  readonly sink: ByteSink
  readonly signal?: AbortSignal
  /** Asked at every step; without it the line is never unplugged. */
  readonly unplugged?: () => boolean
  readonly clock?: Clock
}

/** Sends `lines` at the speed of the wire and resolves, when the last byte has left the FIFO, to what became of them. */
export async function emulateLine(lines: Iterable<NumberedLine>, options: EmulatorOptions): Promise<EmulatorTruth> {
  const { baud, sink, signal, unplugged = () => false, clock = systemClock } = options
  const bytesPerMs = baud / bitsPerByte / 1_000
  const fifo = createFifo()
  const damaged = new Set<number>()
  const counts = { linesSent: 0, bytesSent: 0, bytesDiscarded: 0 }
  /** Bytes read since the last line end, and the lines they came from. */
  let forming = ''
  let sources: WireLine[] = []
  const began = clock.monotonic()
  const wire = lines[Symbol.iterator]()
  /** The line that leaves the board, and how many of its bytes have. */
  let line = lineOf(wire.next())
  let sent = 0

  /**
   * Up to so many bytes of the line under way; the FIFO takes those it has room for. In pieces of lines: byte by byte a line costs five
   * times as much, and 50,000 a second are out of reach.
   */
  const transmit = (bytesMax: number): number => {
    const of = line as WireLine
    const length = Math.min(bytesMax, of.bytes.length - sent)
    const from = sent
    const isLast = from + length === of.bytes.length
    counts.bytesSent += length
    sent += length
    if (isLast) {
      counts.linesSent++
      line = lineOf(wire.next())
      sent = 0
    }
    const kept = unplugged() ? 0 : fifo.put(of, from, length)
    if (kept < length) {
      counts.bytesDiscarded += length - kept
      damaged.add(of.number)
    }
    if (kept > 0) {
      if (sources.at(-1) !== of) sources.push(of)
      forming += of.text.slice(from, from + kept)
      if (isLast && kept === length) endLine()
    }
    return length
  }
  const endLine = () => {
    for (const source of sources) {
      if (source.text === forming) damaged.delete(source.number)
      else damaged.add(source.number)
    }
    forming = ''
    sources = []
  }
  const tear = () => {
    for (const number of fifo.numbers()) damaged.add(number)
    for (const { number } of sources) damaged.add(number)
    counts.bytesDiscarded += fifo.length()
    fifo.take(fifo.length())
    forming = ''
    sources = []
  }
  const drain = async () => {
    if (unplugged()) tear()
    while (fifo.length() > 0) {
      const taken = await sink(fifo.bytes())
      if (taken === 0) return
      fifo.take(taken)
    }
  }

  while (line && !signal?.aborted) {
    const due = Math.floor((clock.monotonic() - began) * bytesPerMs)
    // In steps of half a FIFO: a late timer must not look like a slow reader.
    while (line && counts.bytesSent < due) {
      for (let left = Math.min(fifoBytesMax / 2, due - counts.bytesSent); left > 0 && line; ) left -= transmit(left)
      await drain()
    }
    // An aborted sleep ends early: the loop looks at the signal.
    await clock.sleep(stepMs, signal).catch(() => {})
  }
  for (const until = clock.monotonic() + lastDrainMsMax; fifo.length() > 0 && clock.monotonic() < until; ) {
    await drain()
    await clock.sleep(stepMs)
  }
  tear()
  return { ...counts, damaged: [...damaged].sort((a, b) => a - b) }
}

interface WireLine {
  readonly number: number
  /** With the line end. */
  readonly bytes: Uint8Array
  /** Without it, one character per byte. */
  readonly text: string
}

function lineOf(next: IteratorResult<NumberedLine>): WireLine | undefined {
  if (next.done) return undefined
  const { number, text } = next.value
  const bytes = Buffer.from(`${text}\n`)
  return { number, bytes, text: bytes.toString('latin1', 0, bytes.length - 1) }
}

/** Bytes between the wire and the driver, and the lines they came from. */
function createFifo() {
  const held = new Uint8Array(fifoBytesMax)
  let length = 0
  const lines: { readonly number: number; bytes: number }[] = []
  return {
    length: () => length,
    bytes: () => held.subarray(0, length),
    numbers: () => lines.map(({ number }) => number),
    /** Returns how many of these bytes it had room for. */
    put({ number, bytes }: WireLine, from: number, count: number): number {
      const kept = Math.min(count, fifoBytesMax - length)
      if (kept === 0) return 0
      for (let i = 0; i < kept; i++) held[length + i] = bytes[from + i] as number
      length += kept
      lines.push({ number, bytes: kept })
      return kept
    },
    take(count: number) {
      held.copyWithin(0, count, length)
      length -= count
      let left = count
      while (lines[0] && left >= lines[0].bytes) left -= lines.shift()?.bytes ?? 0
      if (lines[0]) lines[0].bytes -= left
    },
  }
}

/** A tty or pseudo-terminal opened without waiting (senders/serial.ts) as the far end: full means nothing taken. */
export function ttySink(file: { write(bytes: Uint8Array): Promise<{ bytesWritten: number }> }): ByteSink {
  return async (bytes) => {
    try {
      return (await file.write(bytes)).bytesWritten
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
      throw error
    }
  }
}
