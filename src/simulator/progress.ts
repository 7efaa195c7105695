/**
 * Progress of a job, on standard error: a bar in a terminal, one line per 5 s elsewhere, JSON events under --json. Data stays on
 * standard output.
 */
import { type Clock, systemClock } from '../lib/clock.ts'

export interface ProgressOptions {
  readonly stage: string
  readonly total?: number | undefined
  readonly json?: boolean | undefined
  readonly clock?: Clock
  readonly out?: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
}

export interface Progress {
  update(done: number): void
  /** A sentence above the bar. */
  say(message: string): void
  end(): void
}

const barMs = 100
const eventMs = 1_000
const lineMs = 5_000
const barCells = 24

export function createProgress(options: ProgressOptions): Progress {
  const { stage, total, json = false, clock = systemClock, out = process.stderr } = options
  const bar = !json && out.isTTY === true
  const everyMs = json ? eventMs : bar ? barMs : lineMs
  const started = clock.monotonic()
  let shown = started
  let done = 0
  const show = () => {
    shown = clock.monotonic()
    const seconds = (shown - started) / 1_000
    const rate = seconds > 0 ? done / seconds : 0
    const etaS = total !== undefined && rate > 0 ? (total - done) / rate : undefined
    if (json) {
      const event = { event: 'progress', stage, done, total, rate: Math.round(rate), eta_s: etaS && Math.round(etaS) }
      out.write(`${JSON.stringify(event)}\n`)
      return
    }
    const share = total ? done / total : 0
    const facts = [
      stage,
      ...(bar && total ? [`[${'#'.repeat(Math.round(share * barCells)).padEnd(barCells, '.')}]`] : []),
      ...(total ? [`${(share * 100).toFixed(1)} %`] : []),
      `${done.toLocaleString('en')}${total ? ` / ${total.toLocaleString('en')}` : ''}`,
      `${Math.round(rate).toLocaleString('en')}/s`,
      ...(etaS !== undefined ? [`${duration(etaS)} left`] : []),
    ].join('  ')
    out.write(bar ? `\r\x1b[K${facts.slice(0, (out.columns ?? 100) - 1)}` : `${facts}\n`)
  }
  return {
    update(count) {
      done = count
      if (clock.monotonic() - shown >= everyMs) show()
    },
    say(message) {
      if (json) out.write(`${JSON.stringify({ event: 'warning', stage, message })}\n`)
      else out.write(`${bar ? '\r\x1b[K' : ''}! ${message}\n`)
    },
    end() {
      if (json || bar) show()
      if (bar) out.write('\n')
    },
  }
}

export function duration(seconds: number): string {
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`
}
