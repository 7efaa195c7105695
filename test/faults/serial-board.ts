/** Thread of one emulated board at the far end of a pseudo-terminal: it never waits for anybody, and keeps the truth. */
import type { FileHandle } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { crc16 } from '../../src/codecs/generic/line-checksum.ts'
import { type EmulatorTruth, emulateLine, type NumberedLine } from '../../src/simulator/emulator.ts'
import { openLine } from '../../src/simulator/senders/serial.ts'
import { createRandom } from './random.ts'

export interface BoardOptions {
  readonly seed: number
  readonly baud: number
}

export type ToBoard =
  | { readonly type: 'plug'; readonly path: string }
  /** From now on nothing leaves the board; answered when its last byte is in the line. */
  | { readonly type: 'unplug' }
  | { readonly type: 'finish' }
export type FromBoard =
  | { readonly type: 'plugged' }
  /** `taken`: bytes the line has taken since the start. */
  | { readonly type: 'unplugged'; readonly taken: number }
  | { readonly type: 'truth'; readonly truth: EmulatorTruth }

const noiseShare = 0.03
const noises = [
  '',
  '\0\0\0',
  '\xff\xfe boot',
  '\x1b[33mW (312) wifi\x1b[0m',
  'rst:0x1 POWERON_RESET',
  'A-017',
  '{"device":',
  'x'.repeat(300),
]

/** The line of a number, with its checksum. */
export function boardLine(number: number): string {
  const text = `board,${number},,${number % 2 === 0}`
  return `${text}*${crc16(Buffer.from(text)).toString(16).toUpperCase().padStart(4, '0')}`
}

async function beBoard({ seed, baud }: BoardOptions): Promise<void> {
  const port = parentPort
  if (!port) return
  const random = createRandom(seed)
  let file: FileHandle | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let finished = false
  let takenBytes = 0
  const say = (message: FromBoard) => port.postMessage(message)
  port.on('message', async (message: ToBoard) => {
    if (message.type === 'finish') finished = true
    else if (message.type === 'plug') {
      file = await openLine(message.path, baud)
      say({ type: 'plugged' })
    } else {
      const gone = file
      file = undefined
      await writing
      say({ type: 'unplugged', taken: takenBytes })
      // The line may be gone.
      await gone?.close().catch(() => {})
    }
  })

  function* lines(): Generator<NumberedLine> {
    for (let number = 0; !finished; number++) {
      yield { number, text: boardLine(number) }
      if (random() < noiseShare) yield { number: -1, text: noises[Math.floor(random() * noises.length)] as string }
    }
  }
  const sink = async (bytes: Uint8Array) => {
    const open = file
    if (!open) return 0
    // A full or disconnected line accepts no bytes.
    const taken = open.write(bytes).then(
      ({ bytesWritten }) => {
        takenBytes += bytesWritten
        return bytesWritten
      },
      () => 0,
    )
    writing = taken
    return taken
  }
  const truth = await emulateLine(lines(), { baud, sink, unplugged: () => file === undefined })
  say({ type: 'truth', truth })
  // The line may be gone.
  await file?.close().catch(() => {})
  port.close()
}

if (parentPort) await beBoard(workerData as BoardOptions)
