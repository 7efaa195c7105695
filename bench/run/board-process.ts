/** The process of the emulated board (board.ts): it takes commands for bursts on standard input and reports results on standard output. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type ByteSink, emulateLine, type NumberedLine } from '../../src/simulator/emulator.ts'
import type { Burst, BurstTruth } from './board.ts'
import { lineBytes, minuteOf, numberedLine } from './numbered-line.ts'

const bitsPerByte = 10
/** The clock is looked at once for so many lines. */
const linesPerLook = 64
const lateMsMax = 250
const terminal = Number(process.argv[2])
const post = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`)

/** Written at once, not by the thread pool: at 100,000 lines a second a hand-over costs more than the write. */
const sink: ByteSink = async (bytes) => {
  try {
    return writeSync(terminal, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}

post({ path: process.argv[3] })
let isClosed = false
createInterface({ input: process.stdin })
  .on('line', (text) => {
    const order = JSON.parse(text) as Burst | { readonly closed: boolean }
    if ('closed' in order) {
      isClosed = order.closed
      post(order)
    } else
      send(order).catch((fault) => {
        console.error(fault)
        process.exit(1)
      })
  })
  .on('close', () => process.exit())

async function send({ first, rate, seconds, sensors }: Burst): Promise<void> {
  const wanted = Math.round(rate * seconds)
  const until = performance.now() + seconds * 1_000
  const began = performance.now()
  let ended = began
  let count = 0
  function* lines(): Generator<NumberedLine> {
    let minute = ''
    for (; count < wanted; count++) {
      if (count % linesPerLook === 0) {
        // A machine that is too slow for the rate sends for the time, not for the number.
        if (performance.now() > until + lateMsMax) break
        minute = minuteOf(Date.now())
      }
      yield { number: first + count, text: numberedLine(first + count, sensors, minute) }
    }
    ended = performance.now()
  }
  const { damaged } = await emulateLine(lines(), {
    baud: rate * lineBytes * bitsPerByte,
    sink,
    unplugged: () => isClosed,
  })
  const took = (ended - began) / 1_000
  const truth: BurstTruth = { first, count, damaged, rate: Math.round(count / took) }
  post(truth)
}
