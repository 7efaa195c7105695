/**
 * Readings as lines on a serial line or a pseudo-terminal: `device,seq,time,occupied`. The line has no acknowledgement; writing
 * waits while it is full, so nothing is dropped on this side. What a slow reader would lose, emulator.ts plays.
 */
import { execFile } from 'node:child_process'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { systemClock } from '../../lib/clock.ts'
import { csvLine, type WireReading } from '../wire-reading.ts'
import { type Sender, type SenderOptions, SendRefused } from './sender.ts'

export interface SerialSenderOptions extends SenderOptions {
  readonly baud?: number
}

/** A full line is tried again this soon. */
const fullWaitMs = 2
/** Bytes not read when the line closes may be lost, so the last bytes get this long. */
const drainMs = 500

export async function openSerialSender(path: string, options: SerialSenderOptions = {}): Promise<Sender> {
  const { signal, baud = 115_200 } = options
  const stats = { sent: 0, acknowledged: 0, retries: 0 }
  const file = await openLine(path, baud)
  async function send(readings: readonly WireReading[]) {
    await writeAll(file, Buffer.from(readings.map((reading) => `${csvLine(reading)}\n`).join('')), signal)
    stats.sent += readings.length
  }
  async function dispose() {
    if (stats.sent > 0 && !signal?.aborted) await systemClock.sleep(drainMs)
    await file.close()
  }
  return { stats, acknowledges: false, batchMax: 200, send, [Symbol.asyncDispose]: dispose }
}

/** Opens without waiting for a carrier and without becoming the controlling terminal; raw, so that no byte is changed. */
export async function openLine(path: string, baud: number): Promise<FileHandle> {
  // Not every platform has stty, and a plain file or FIFO refuses it: then the line is used as it is.
  await promisify(execFile)('stty', ['-F', path, 'raw', '-echo', String(baud)]).catch(() => {})
  try {
    return await open(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  } catch (error) {
    throw new SendRefused(
      `${path} cannot be opened: ${(error as Error).message}; give the path of the serial line with --to`,
      {
        cause: error,
      },
    )
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array, signal: AbortSignal | undefined) {
  for (let at = 0; at < bytes.length; ) {
    signal?.throwIfAborted()
    try {
      at += (await file.write(bytes, at)).bytesWritten
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await systemClock.sleep(fullWaitMs, signal)
    }
  }
}
