import { prose, text } from '../column.ts'
import { replace, table } from '../table.ts'

/** What the fold of alerts resumes from: conditions that hold or wait for a delay, and what rules remember. */
export const alertMemory = table('alert_memory', {
  key: { id: text(64) },
  merge: { body: replace(prose) },
  hasRowid: true,
  since: 21,
})
