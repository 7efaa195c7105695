/** Bugs of the ledger: losses that are not reported, reported twice or reported as 0, and a recount that sees nothing. */
import type { PlantedBug } from './planted-bug.ts'

const gaps = ['--test', 'src/processing/gap-book.test.ts']
const histories = ['--test', 'src/audit/ledger-histories.test.ts']
const requeue = ['--test', 'src/processing/requeue.test.ts']
const days = ['--test', 'src/intake/days.test.ts', 'src/intake/facts.test.ts']
const contract = ['--test', 'src/store/engine/sqlite/sqlite.test.ts']
const api = ['--test', 'src/api/losses.test.ts', 'src/api/audit.test.ts']
const checkpointJudge = ['--test', 'src/processing/checkpoint-facts.test.ts']

export const ledgerBugs: readonly PlantedBug[] = [
  {
    what: 'keeps the row of a gap that a late frame has ended',
    file: 'src/processing/gap-book.ts',
    from: 'if (range.storedFrom !== undefined) known.gone.add(seq)',
    to: '',
    judge: gaps,
  },
  {
    what: 'leaves a late number in the gap that it splits',
    file: 'src/processing/gap-book.ts',
    from: '} else range.from = seq + 1',
    to: '} else range.from = seq',
    judge: gaps,
  },
  {
    what: 'takes a late frame from the day it came on, so that a day goes below 0',
    file: 'src/processing/gap-book.ts',
    from: 'changed(range.day, -1)',
    to: 'changed(taken.day, -1)',
    judge: gaps,
  },
  {
    what: 'stores again what was stored of a frame in conflict',
    file: 'src/processing/frame-fates.ts',
    from: "return before !== undefined && (seq === undefined || before[1] !== 'quarantined')",
    to: 'return before === undefined && seq === -1',
    judge: requeue,
  },
  {
    what: 'does not split a record that waited as a whole',
    file: 'src/processing/requeue.ts',
    from: 'if (frames !== undefined)',
    to: 'if (frames === 0)',
    judge: requeue,
  },
  {
    what: 'stores no days of sensors',
    file: 'src/store/batch-rows.ts',
    from: 'change(sensorDay, losses.sensorDays)',
    to: 'change(sensorDay, [])',
    judge: histories,
  },
  {
    what: 'counts a discarded record of several frames as one',
    file: 'src/store/discard.ts',
    from: 'frames: framesOf(letter)',
    to: 'frames: 1',
    judge: histories,
  },
  {
    what: 'discards what is about to be decoded again',
    file: 'src/store/engine/sqlite/discard.ts',
    from: "if (letter.state !== 'new') return 'requeued'",
    to: '',
    judge: contract,
  },
  {
    what: 'recounts without a look at gaps',
    file: 'src/store/queries/recount-sensors.ts',
    from: 'if (differs(missing, spanned - distinct))',
    to: 'if (spanned < distinct)',
    judge: contract,
  },
  {
    what: 'does not see that a number is stored twice',
    file: 'src/store/queries/recount-sensors.ts',
    from: 'if (numbered !== distinct)',
    to: 'if (numbered < distinct)',
    judge: contract,
  },
  {
    what: 'starts a dropped day again, and so overwrites it',
    file: 'src/intake/days.ts',
    from: 'if (day < oldest) return days.get(oldest) as DayCount',
    to: '',
    judge: days,
  },
  {
    what: 'reports a loss of unknown size as 0',
    file: 'src/intake/days.ts',
    from: 'frames: before ? (known ?? null) : frames',
    to: 'frames: before ? (known ?? 0) : (frames ?? 0)',
    judge: days,
  },
  {
    what: 'reports damage of unknown size as 0',
    file: 'src/processing/checkpoint-facts.ts',
    from: 'frames: isUnknown ? null : frames',
    to: 'frames',
    judge: checkpointJudge,
  },
  {
    what: 'lets a reader discard',
    file: 'contract/routes/ledger.ts',
    from: "dead-letters/discard',\n    access: 'devices'",
    to: "dead-letters/discard',\n    access: 'read'",
    judge: api,
  },
  {
    what: 'reports a loss of unknown size as known',
    file: 'src/store/queries/loss-queries.ts',
    from: 'count(*) - count($',
    to: '0 * count($',
    judge: api,
  },
]
