/**
 * Plays the demo city into a running server through its HTTP ingest, until the signal aborts. A batch is kept until the server
 * has answered 202, so what the city sent is what the server holds. While the server does not answer, the city stands still:
 * memory stays bounded and nothing is thrown away.
 */
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { createCity } from './city.ts'
import type { CityAct } from './city-script.ts'
import { postUntilAccepted } from './senders/http-post.ts'

/** A short step makes the page move evenly. */
const tickMs = 250
/** Lines in one request: a start of 50,000 sensors is 25 of them. */
const batchLinesMax = 2_000

export interface DemoOptions {
  /** Base URL of the HTTP ingest. */
  readonly url: string
  readonly token: string
  readonly bays: number
  readonly seed: number
  readonly zone: string
  readonly speed?: number
  /** What people do at the desk of the city: resolves when it is in the journal. Frames that are sent then come behind it. */
  act(act: CityAct): Promise<void>
  readonly signal: AbortSignal
  readonly log: Log
  readonly clock?: Clock
}

export async function runDemo(options: DemoOptions): Promise<void> {
  const { url, token, signal, log, act, clock = systemClock } = options
  const city = createCity(options)
  const post = {
    token,
    signal,
    clock,
    contentType: 'application/x-ndjson',
    // The token may be known to the server a moment after the city starts.
    patient: true,
    onTrouble: (message: string) => log.warn(`the simulated city is waiting: ${message}`),
  }
  try {
    for (let lines = city.start(clock.now()); ; ) {
      for (let from = 0; from < lines.length; from += batchLinesMax)
        await postUntilAccepted(url, lines.slice(from, from + batchLinesMax).join('\n'), post)
      await clock.sleep(tickMs, signal)
      const now = clock.now()
      for (const one of city.acts(now)) await act(one)
      lines = city.tick(now)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
