/**
 * A board on a serial line, with the truth about it. Real boards do not wait: bytes leave at the baud rate, and what the other
 * side has not taken when its 256-byte buffer is full is gone. A pseudo-terminal alone hides this: it holds 4 to 20 KB and then
 * makes the writer wait.
 *
 * - E1 Bytes leave at baud/10 a second, whether or not anybody reads.
 * - E2 A byte that finds the FIFO full is discarded and counted; nothing is ever written twice.
 * - E3 Every line that does not come out whole at the other end is named by its number. What comes out is what was taken between
 *   two line ends, so a line may lose its end to the next and still be whole, or be glued to a torn one and not be.
 * - E4 While unplugged the board talks on to nobody: what the FIFO held is gone, and a line that was under way is torn.
 *
 * Numbers are those the caller gives; the emulator knows nothing of readings.
 */
import { type Clock, systemClock } from '../lib/clock.ts'

/** What the 16550 and most USB bridges have between the wire and the driver. */
const fifoBytesMax = 256
/** Start bit, 8 data bits, stop bit. */
const bitsPerByte = 10
const stepMs = 2

/** What is still in the FIFO when the board falls silent waits this long for a reader. */
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
  const fifo: WireByte[] = []
  const damaged = new Set<number>()
  const counts = { linesSent: 0, bytesSent: 0, bytesDiscarded: 0 }
  /** What was taken since the last line end, and the lines it came from. */
  let forming = ''
  let sources = new Set<WireLine>()
  const began = clock.monotonic()
  const wire = bytesOf(lines)
  let next = wire.next()

  const transmit = (byte: WireByte) => {
    const { line, value, last } = byte
    counts.bytesSent++
    if (last) counts.linesSent++
    if (fifo.length >= fifoBytesMax || unplugged()) {
      counts.bytesDiscarded++
      damaged.add(line.number)
      return
    }
    fifo.push(byte)
    sources.add(line)
    if (!last) {
      forming += String.fromCharCode(value)
      return
    }
    for (const source of sources) {
      if (source.text === forming) damaged.delete(source.number)
      else damaged.add(source.number)
    }
    forming = ''
    sources = new Set()
  }
  const tear = () => {
    for (const { line } of fifo) damaged.add(line.number)
    for (const { number } of sources) damaged.add(number)
    counts.bytesDiscarded += fifo.length
    fifo.length = 0
    forming = ''
    sources = new Set()
  }
  const drain = async () => {
    if (unplugged()) tear()
    while (fifo.length > 0) {
      const taken = await sink(Uint8Array.from(fifo, ({ value }) => value))
      if (taken === 0) return
      fifo.splice(0, taken)
    }
  }

  while (!next.done && !signal?.aborted) {
    const due = Math.floor((clock.monotonic() - began) * bytesPerMs)
    // In steps of half a FIFO: a late timer must not look like a slow reader.
    while (!next.done && counts.bytesSent < due) {
      for (let i = 0; i < fifoBytesMax / 2 && !next.done && counts.bytesSent < due; i++, next = wire.next())
        transmit(next.value)
      await drain()
    }
    await clock.sleep(stepMs, signal).catch(() => {})
  }
  for (const until = clock.monotonic() + lastDrainMsMax; fifo.length > 0 && clock.monotonic() < until; ) {
    await drain()
    await clock.sleep(stepMs)
  }
  tear()
  return { ...counts, damaged: [...damaged].sort((a, b) => a - b) }
}

interface WireLine {
  readonly number: number
  /** One character per byte. */
  readonly text: string
}

interface WireByte {
  readonly value: number
  readonly line: WireLine
  readonly last: boolean
}

function* bytesOf(lines: Iterable<NumberedLine>): Generator<WireByte, undefined> {
  const encoder = new TextEncoder()
  for (const { number, text } of lines) {
    const bytes = encoder.encode(`${text}\n`)
    const line = { number, text: String.fromCharCode(...bytes.subarray(0, -1)) }
    for (let i = 0; i < bytes.length; i++) yield { value: bytes[i] as number, line, last: i === bytes.length - 1 }
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
