/**
 * A Modbus RTU line: its units are asked in turn, and each answer is journaled as it came, with the map of its registers.
 *
 * Promises
 * - One question at a time; the next one waits for the answer, or for twice the time a unit may take: what comes late is no answer to the next.
 * - A unit that does not answer, refuses or answers damaged bytes is named in the status, and the others are asked all the same. Damaged bytes are kept as noise.
 * - A value that was not read is no reading: nothing is repeated from before.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { createDeliveryQueue, type DeliveryQueue } from '../delivery-queue.ts'
import type { Delivery, Source, SourceContext } from '../source.ts'
import { findDevice, parseUsbId } from './find-device.ts'
import { type AskedUnit, answerIn, exceptionText, type PollAnswer, question } from './modbus-poll.ts'
import { type LineSettings, type OpenPort, openPort } from './open-port.ts'
import { createPortWatch } from './port-watch.ts'

export interface ModbusSourceOptions {
  readonly path: string
  readonly baud: number
  readonly line?: LineSettings
  readonly name: string
  readonly everyS: number
  readonly timeoutMs: number
  readonly units: readonly AskedUnit[]
  readonly time?: 'trust'
}

const lookMs = 250
const closeMs = 5_000
/** A frame ends with a silence of 3.5 characters, 1.75 ms above 19,200 baud; timers and USB adapters add to it. */
const silenceMs = 20
/** Kept while intake refuses; beyond it no unit is asked, as its answer would have no place. */
const keptBytesMax = 4 * 1024 * 1024

export function modbusSource(options: ModbusSourceOptions): Source {
  parseUsbId(options.path)
  let queue: DeliveryQueue | undefined
  return {
    name: options.name,
    kind: 'serial',
    async run(signal, context) {
      queue ??= createDeliveryQueue(context, { onRefused: 'retry', signal })
      const watch = createPortWatch(context)
      const { clock } = context
      while (!signal.aborted) {
        const path = await findDevice(options.path)
        if (path === undefined) {
          context.status('waiting', `${options.path} is not there; plug it in, or correct the path`)
          watch.down('the port was not there')
        } else {
          await using port = await opened(path, options)
          await watch.up(path)
          await pollPort(port, options, queue, signal, context)
          if (!signal.aborted) watch.down('the port was gone')
        }
        // An aborted sleep ends early: the loop looks at the signal.
        await clock.sleep(lookMs, signal).catch(() => {})
      }
      const late = new AbortController()
      // The sleep is aborted once it is not needed any more.
      await Promise.race([queue.settled(), clock.sleep(closeMs, late.signal).catch(() => {})])
      late.abort()
    },
  }
}

async function opened(
  path: string,
  { baud, line }: Pick<ModbusSourceOptions, 'baud' | 'line'>,
): Promise<OpenPort & AsyncDisposable> {
  const port = await openPort(path, baud, line)
  return { ...port, [Symbol.asyncDispose]: () => port.close() }
}

/** Resolves when the port has gone or the signal has aborted. */
async function pollPort(
  port: OpenPort,
  options: ModbusSourceOptions,
  queue: DeliveryQueue,
  signal: AbortSignal,
  context: SourceContext,
): Promise<void> {
  const { units, everyS, timeoutMs, time } = options
  const { stream } = port
  const ended = new AbortController()
  const end = () => ended.abort()
  const stopped = AbortSignal.any([signal, ended.signal])
  stream.on('error', end).once('end', end).once('close', end)
  const exchange = createExchange(port, stopped)
  context.status('up', port.note)
  let shown = ''
  while (!stopped.aborted) {
    const began = context.clock.monotonic()
    const failing: string[] = []
    for (const unit of units) {
      if (stopped.aborted) break
      if (queue.bytes > keptBytesMax) {
        failing.push('intake refuses, so no unit is asked')
        break
      }
      const answer = await exchange(unit, timeoutMs)
      if (answer.kind === 'answer') {
        const { unit: _unit, ...map } = unit
        const delivery: Delivery = {
          ...{ framing: 'whole', codec: 'serial-frame', meta: { modbus: JSON.stringify(map) } },
          ...{ ...(time ? { time } : {}), bytes: answer.frame, frames: 1 },
        }
        queue.add([delivery]).catch((fault) => context.log.error('an answer could not be kept', { fault }))
      } else if (!stopped.aborted) {
        failing.push(`unit ${unit.unit}: ${failureOf(answer, timeoutMs)}`)
        if (answer.kind === 'damaged')
          queue.noise(answer.frame).catch((fault) => context.log.warn('noise could not be kept', { fault }))
      }
    }
    const text = failing.join('; ')
    if (text !== shown) {
      shown = text
      context.facts(text === '' ? {} : { warnings: failing })
      context.status('up', text === '' ? port.note : `${port.note}; ${text}`)
      if (text !== '') context.log.warn('Modbus units fail', { units: failing })
    }
    const restMs = everyS * 1_000 - (context.clock.monotonic() - began)
    // An aborted sleep ends early: the loop looks at the signal.
    await context.clock.sleep(Math.max(1, restMs), stopped).catch(() => {})
  }
}

function failureOf(answer: Exclude<PollAnswer, { kind: 'answer' }>, timeoutMs: number): string {
  if (answer.kind === 'silent') return `no answer within ${timeoutMs} ms; check address, speed and wiring`
  if (answer.kind === 'exception') return `refused, ${exceptionText(answer.code)}; check table, from and count`
  return `${answer.frame.length} damaged bytes instead of an answer`
}

/**
 * Asks, and gathers bytes until the answer is whole, the time is over or the port has gone. After a question without an answer the line is left alone
 * for the same time again, and what comes then is dropped: nothing in an answer shows which question it is for.
 */
function createExchange({ stream }: OpenPort, stopped: AbortSignal) {
  let bytes = Buffer.alloc(0)
  let look: (() => void) | undefined
  let settled: Promise<void> | undefined
  const settle = async (ms: number) => {
    // An aborted pause ends early: nothing is asked any more.
    await pause(ms, undefined, { signal: stopped }).catch(() => {})
    bytes = Buffer.alloc(0)
  }
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]).subarray(0, 1_024)
    look?.()
  })
  return async (unit: AskedUnit, timeoutMs: number): Promise<PollAnswer> => {
    await settled
    await silence()
    if (stopped.aborted) return { kind: 'silent' }
    const stray = bytes
    bytes = Buffer.alloc(0)
    if (stray.length > 0) {
      settled = settle(timeoutMs)
      return { kind: 'damaged', frame: stray }
    }
    stream.write(question(unit))
    const { promise, resolve } = Promise.withResolvers<PollAnswer>()
    const give = () => resolve(bytes.length > 0 ? { kind: 'damaged', frame: bytes } : { kind: 'silent' })
    const timer = setTimeout(give, timeoutMs)
    stopped.addEventListener('abort', give, { once: true })
    look = () => {
      const answer = answerIn(bytes, unit)
      if (answer) resolve(answer)
    }
    const answer = await promise
    clearTimeout(timer)
    stopped.removeEventListener('abort', give)
    look = undefined
    bytes = Buffer.alloc(0)
    if (answer.kind === 'silent' || answer.kind === 'damaged') settled = settle(timeoutMs)
    return answer
  }
}

const silence = () => pause(silenceMs)
