import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

export interface StoreDeps {
  readonly log: Log
  readonly clock: Clock
}
