/** What `main` knows of the system that no journal has: intake writes it with its heartbeats, so that alerts follow it, live and replayed. */
import type { SystemHealth } from '../domain/folds/fold.ts'
import type { ToChild } from '../processes/messages.ts'
import { balanceOf } from './system-status.ts'

type Figures = Pick<Extract<ToChild, { type: 'figures' }>, 'intake' | 'processor'>

/** Without figures of a process, nothing is reported of what it knows. */
export function systemHealth({ intake, processor }: Figures): Pick<SystemHealth, 'database' | 'unaccounted'> {
  if (!processor) return {}
  const { stats, ledger, gone } = processor
  const isUp = stats.state !== 'database-down' && gone === undefined
  const { trouble } = stats
  const detail = isUp ? '' : (gone ?? trouble?.reason ?? 'The database does not answer.')
  const database = { isUp, since: isUp ? null : (trouble?.since ?? null), detail: detail.slice(0, detailCharsMax) }
  const unaccounted = intake && ledger ? balanceOf(intake, ledger).difference : undefined
  return { database, ...(unaccounted === undefined ? {} : { unaccounted }) }
}

const detailCharsMax = 300
