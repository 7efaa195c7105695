/** `baykeeper serial sniff|capture|play`: what a port sends, kept in a file, and sent again. No server is needed, and none may hold the port. */
import { open, readFile } from 'node:fs/promises'
import { systemClock } from '../lib/clock.ts'
import { findDevice } from '../sources/serial/find-device.ts'
import { type OpenPort, openPort } from '../sources/serial/open-port.ts'
import { guessModbus, modbusLines } from './modbus-guess.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { guessPort, messagesMin, type PortGuess, placeholderDevice } from './port-guess.ts'

export interface SerialOptions extends Spoken {
  readonly baud?: number
  readonly seconds?: number
  readonly speed?: number
}

/** Most boards first. */
const bauds = [115_200, 9_600, 57_600, 38_400, 19_200, 4_800, 230_400, 2_400, 1_200]
const sniffSeconds = 5
const captureSeconds = 60
/** More than is needed to know what a port sends. */
const sniffBytesMax = 256 * 1024
const captureBytesMax = 256 * 1024 * 1024
const lookMs = 200
const shownBytes = 64

async function opened(wanted: string, baud: number): Promise<OpenPort> {
  const path = await findDevice(wanted)
  if (path === undefined)
    throw new CommandFailed(exitCodes.unreachable, `${wanted} is not there; plug it in, or correct the path`)
  return openPort(path, baud).catch((cause: Error) => {
    throw new CommandFailed(exitCodes.unreachable, cause.message, { cause })
  })
}

export async function serialSniff(wanted: string, options: SerialOptions): Promise<number> {
  const { baud, seconds = sniffSeconds } = options
  const tried: { baud: number; bytes: Buffer; guess: PortGuess | undefined }[] = []
  for (const each of baud === undefined ? bauds : [baud]) {
    const one = { baud: each, ...(await listen(wanted, each, seconds)) }
    tried.push(one)
    if (one.guess && one.guess.read === one.guess.messages) break
  }
  const best = tried
    .filter(({ guess }) => guess)
    .sort((a, b) => shareOf(b.guess) - shareOf(a.guess))
    .at(0)
  if (!best?.guess) return modbusLine(wanted, tried, options) ?? notUnderstood(wanted, tried, options)
  const { guess } = best
  const lines = configurationLines(wanted, best.baud, guess)
  print(
    options,
    { port: wanted, baud: best.baud, read: guess.read, messages: guess.messages, configuration: lines.join('\n') },
    () => [
      `# ${guess.read} of ${guess.messages} messages are readings at ${best.baud} baud, for example:`,
      ...guess.shown.map(({ device, measures }) => `#   ${device} ${JSON.stringify(measures)}`),
      ...(guess.needsDevice ? [`# the messages name no device: replace ${placeholderDevice}`] : []),
      ...(guess.settings.columns === undefined
        ? []
        : ['# the columns are guessed from the form of the values: check them']),
      ...lines,
    ],
  )
  return exitCodes.ok
}

const shareOf = (guess: PortGuess | undefined) => (guess ? guess.read / guess.messages : 0)

/** Reads until the bytes are understood or the time is over. */
async function listen(
  wanted: string,
  baud: number,
  seconds: number,
): Promise<{ bytes: Buffer; guess: PortGuess | undefined }> {
  const port = await opened(wanted, baud)
  let bytes = Buffer.alloc(0)
  const take = (chunk: Buffer) => {
    if (bytes.length < sniffBytesMax) bytes = Buffer.concat([bytes, chunk])
  }
  port.stream.on('data', take).on('error', () => {
    // The port has gone: what it sent until then is judged.
  })
  let guess: PortGuess | undefined
  const until = systemClock.monotonic() + seconds * 1_000
  while (systemClock.monotonic() < until) {
    await systemClock.sleep(lookMs)
    guess = guessPort(bytes)
    if (guess && guess.read >= 2 * messagesMin && guess.read === guess.messages) break
  }
  await port.close()
  return { bytes, guess }
}

/** Undefined: it is none. */
function modbusLine(
  wanted: string,
  tried: readonly { readonly baud: number; readonly bytes: Buffer }[],
  options: SerialOptions,
): number | undefined {
  const found = tried.flatMap(({ baud, bytes }) => {
    const guess = guessModbus(bytes)
    return guess ? [{ baud, guess }] : []
  })[0]
  if (!found) return undefined
  const { baud, guess } = found
  const lines = modbusLines(wanted, baud, guess)
  print(options, { port: wanted, baud, frames: guess.frames, configuration: lines.join('\n') }, () => [
    `# ${guess.frames} frames of Modbus RTU at ${baud} baud: another master asks on this line, and two must not`,
    '# which register is which field is not in the bytes: correct the readings',
    ...lines,
  ])
  return exitCodes.ok
}

function notUnderstood(
  wanted: string,
  tried: readonly { readonly baud: number; readonly bytes: Buffer }[],
  options: SerialOptions,
): number {
  const most = tried.toSorted((a, b) => b.bytes.length - a.bytes.length)[0]
  const bytes = most?.bytes ?? Buffer.alloc(0)
  const sample = bytes.subarray(0, shownBytes).toString('hex')
  print(
    options,
    { port: wanted, bytes: bytes.length, sample },
    () =>
      bytes.length === 0
        ? [
            `${wanted} sent nothing; does the board send without a question? Modbus units answer only when they are polled (docs/specs/sources.md)`,
          ]
        : [
            `${bytes.length} bytes of ${wanted} at ${most?.baud} baud are no messages that are known here; they begin with ${sample}`,
            'give the speed with --baud, or keep them with "baykeeper serial capture" and write patterns for them',
          ],
    { ok: false },
  )
  return exitCodes.failed
}

/** As they stand in baykeeper.yaml. */
export function configurationLines(path: string, baud: number, { settings }: PortGuess): string[] {
  const { framing = 'lines', check = 'none', columns, device, patterns } = settings
  return [
    'serial:',
    `  - path: ${JSON.stringify(path)}`,
    `    baud: ${baud}`,
    ...(framing === 'lines' ? [] : [`    framing: ${framing}`]),
    ...(check === 'none' ? [] : [`    check: ${check}`]),
    ...(columns === undefined ? [] : [`    columns: ${JSON.stringify(columns)}`]),
    ...(device === undefined ? [] : [`    device: ${JSON.stringify(device)}`]),
    ...(patterns ? ['    patterns:', ...patterns.map((pattern) => `      - ${JSON.stringify(pattern)}`)] : []),
  ]
}

const usualBaud = 115_200

/** A line a chunk: milliseconds since the start, and the bytes in hex. */
export async function serialCapture(wanted: string, file: string, options: SerialOptions): Promise<number> {
  const { baud = usualBaud, seconds = captureSeconds } = options
  const out = await open(file, 'wx').catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EEXIST' ? 'exists already, and nothing is overwritten' : `cannot be written (${cause.code})`
    throw new CommandFailed(exitCodes.usage, `${file} ${why}; name another file`, { cause })
  })
  await using _out = out
  const port = await opened(wanted, baud)
  const began = systemClock.monotonic()
  const ended = Promise.withResolvers<void>()
  let bytes = 0
  let chunks = 0
  let written: Promise<unknown> = Promise.resolve()
  port.stream
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks++
      const line = `${JSON.stringify({ ms: Math.round(systemClock.monotonic() - began), hex: chunk.toString('hex') })}\n`
      written = written.then(() => out.write(line))
      written.catch(ended.reject)
      if (bytes >= captureBytesMax) ended.resolve()
    })
    .once('close', () => ended.resolve())
    .on('error', () => ended.resolve())
  const timer = setTimeout(() => ended.resolve(), seconds * 1_000)
  process.once('SIGINT', ended.resolve)
  await ended.promise
  clearTimeout(timer)
  process.off('SIGINT', ended.resolve)
  await written
  await port.close()
  print(options, { file, bytes, chunks }, () => [`${bytes} bytes in ${chunks} pieces are in ${file}`])
  return exitCodes.ok
}

interface Chunk {
  readonly ms: number
  readonly bytes: Buffer
}

/** Throws with the line that is wrong. */
export function chunksOf(text: string, file: string): readonly Chunk[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const { ms, hex } = chunkIn(line)
    if (typeof ms !== 'number' || !(ms >= 0) || typeof hex !== 'string' || !/^(?:[0-9a-f]{2})+$/i.test(hex))
      throw new CommandFailed(
        exitCodes.usage,
        `${file}:${i + 1} is no line of a capture, like {"ms":12,"hex":"41312c31"}`,
      )
    return [{ ms, bytes: Buffer.from(hex, 'hex') }]
  })
}

function chunkIn(line: string): { readonly ms?: unknown; readonly hex?: unknown } {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // No JSON: the caller names the line.
    return {}
  }
}

/** Sends a capture to a port, with the pauses it was captured with, divided by `speed`. */
export async function serialPlay(file: string, wanted: string, options: SerialOptions): Promise<number> {
  const { baud = usualBaud, speed = 1 } = options
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailed(exitCodes.usage, `${file} cannot be read (${cause.code})`, { cause })
  })
  const chunks = chunksOf(text, file)
  const port = await opened(wanted, baud)
  const began = systemClock.monotonic()
  let bytes = 0
  for (const chunk of chunks) {
    const waitMs = chunk.ms / speed - (systemClock.monotonic() - began)
    if (waitMs > 0) await systemClock.sleep(waitMs)
    await new Promise<void>((resolve, reject) =>
      port.stream.write(chunk.bytes, (fault) => (fault ? reject(fault) : resolve())),
    )
    bytes += chunk.bytes.length
  }
  await port.drain()
  await port.close()
  print(options, { port: wanted, bytes, chunks: chunks.length }, () => [
    `${bytes} bytes in ${chunks.length} pieces were sent to ${wanted}`,
  ])
  return exitCodes.ok
}
