/** Progress for people (one line that moves, on standard error) or for a page (a JSON line each, on standard output). */
import type { TrainingProgress } from '@baykeeper/contract/forecast.ts'

export function progressPrinter(kind: string): (progress: TrainingProgress) => void {
  if (kind === 'json') return (progress) => void process.stdout.write(`${JSON.stringify(progress)}\n`)
  return (progress) => {
    const end = progress.stage === 'done' || progress.stage === 'cancelled' ? '\n' : ''
    process.stderr.write(`\r\x1b[K${lineOf(progress)}${end}`)
  }
}

const barCharacters = 24

export function lineOf({ stage, step, steps, loss, samples_per_s, eta_s, validation }: TrainingProgress): string {
  const full = steps > 0 ? Math.round((barCharacters * step) / steps) : 0
  const bar = '█'.repeat(full) + '░'.repeat(barCharacters - full)
  const left = eta_s === null ? '' : `, ${Math.floor(eta_s / 60)}:${String(eta_s % 60).padStart(2, '0')} left`
  const judged = validation === undefined ? '' : `, validation ${validation.toFixed(4)}`
  return `${stage} ${bar} ${step}/${steps}, loss ${loss.toFixed(4)}${judged}, ${samples_per_s} samples/s${left}`
}
