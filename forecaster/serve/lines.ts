/**
 * The forecaster as a process: one JSON message a line on standard input, one answer a line on standard output, words for people on standard
 * error. It holds no file open and no port, and exits when its input closes, because its parent has exited then. It can be killed at any time without loss.
 */

import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type ForecasterMessage, forecasterMessageSchema } from '@baykeeper/contract/forecast.ts'
import { score, scoreboard } from '../scoring/scoreboard.ts'
import type { Forecaster } from './forecasting.ts'

/** A line longer than this is no request: 2,000 lots of 100 days are below. */
const lineCharactersMax = 256 * 1024 * 1024

export async function serve(
  forecaster: Forecaster,
  { input, output }: { input: Readable; output: Writable },
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line.trim() !== '') output.write(`${JSON.stringify(await answered(forecaster, line))}\n`)
}

/** Never throws for the content of a line: an error is an answer too. */
export async function answered(forecaster: Forecaster, line: string): Promise<unknown> {
  let id: string | null = null
  try {
    if (line.length > lineCharactersMax) throw new Error('the line is too long')
    const raw: unknown = JSON.parse(line)
    id = idOf(raw)
    return await answerTo(forecaster, forecasterMessageSchema.parse(raw))
  } catch (error) {
    return { type: 'refused', id, why: whyOf(error) }
  }
}

async function answerTo(forecaster: Forecaster, message: ForecasterMessage): Promise<unknown> {
  if (message.type === 'forecast') return forecaster.forecast(message)
  if (message.type === 'remember') {
    forecaster.remember(message)
    return { type: 'remembered', id: message.id }
  }
  const scored = score(message.forecasts, message.actuals)
  return { type: 'score', id: message.id, ...scoreboard(scored, Date.parse(message.now)) }
}

const idOf = (raw: unknown): string | null =>
  typeof raw === 'object' && raw !== null && 'id' in raw && typeof raw.id === 'string' ? raw.id : null

function whyOf(error: unknown): string {
  if (error instanceof Error && 'issues' in error && Array.isArray(error.issues)) {
    const [first] = error.issues as { path: PropertyKey[]; message: string }[]
    return `${first?.path.join('.')}: ${first?.message}`
  }
  return error instanceof Error ? error.message : String(error)
}
