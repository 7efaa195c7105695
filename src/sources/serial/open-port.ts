/**
 * Opens a terminal. Serialport sets speed and line discipline and keeps others out; the bytes are read by node's own
 * terminal stream: it is twice as fast, and it ends when the line hangs up, where serialport's reader would try again for ever, in
 * the thread pool that also syncs the journal. Where serialport cannot set the line up (some pseudo-terminals, pipes), the stream
 * reads it as it is.
 */
import { close, constants, open } from 'node:fs'
import { Socket } from 'node:net'
import { isatty, ReadStream } from 'node:tty'
import { promisify } from 'node:util'
import { SerialPort } from 'serialport'

export interface OpenPort {
  readonly stream: Socket
  /** What was opened, for people. */
  readonly note: string
  /** Resolves when what was written has left the port. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** How a character is sent; by default 8N1. */
export interface LineSettings {
  readonly dataBits?: 7 | 8
  readonly parity?: 'none' | 'even' | 'odd'
  readonly stopBits?: 1 | 2
}

/** As people write it: `8N1`. */
export const lineName = ({ dataBits = 8, parity = 'none', stopBits = 1 }: LineSettings): string =>
  `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`

const readingFlags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK

export async function openPort(path: string, baudRate: number, line: LineSettings = {}): Promise<OpenPort> {
  const fd = await promisify(open)(path, readingFlags).catch((fault) => Promise.reject(explained(path, fault)))
  const port = new SerialPort({ path, baudRate, ...line, autoOpen: false })
  const fault = await new Promise<Error | null>((resolve) => port.open(resolve))
  // A port whose device vanishes has an error here; the stream has it too, and that one is handled.
  port.on('error', () => {})
  if (fault && /lock|busy|temporarily unavailable/i.test(fault.message)) {
    await promisify(close)(fd)
    throw explained(path, fault)
  }
  const stream = isatty(fd) ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: true })
  if (fault && stream instanceof ReadStream) stream.setRawMode(true)
  return {
    stream,
    note: fault ? `${path}, at its own speed: ${fault.message}` : `${path} at ${baudRate} baud, ${lineName(line)}`,
    async drain() {
      if (port.isOpen) await new Promise((resolve) => port.drain(resolve))
    },
    async close() {
      const closed = new Promise((resolve) => stream.once('close', resolve))
      if (!stream.closed) {
        stream.destroy()
        await closed
      }
      if (port.isOpen) await new Promise((resolve) => port.close(resolve))
    },
  }
}

function explained(path: string, fault: NodeJS.ErrnoException): Error {
  if (fault.code === 'EACCES' || fault.code === 'EPERM')
    return new Error(`${path}: permission denied; add the user to the group of the device (often dialout)`, {
      cause: fault,
    })
  if (fault.code === 'EBUSY' || /lock|busy|temporarily unavailable/i.test(fault.message))
    return new Error(`${path} is held by another program; close that`, { cause: fault })
  return fault
}
