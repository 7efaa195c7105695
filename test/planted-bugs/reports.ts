/** Bugs of reports: what would sell the unknown as free, count an hour or a stay wrongly, or let a spreadsheet run a cell. */
import type { PlantedBug } from './planted-bug.ts'

const truth = ['--test', 'src/reports/reports.test.ts']
const unknown = ['--test', 'src/reports/unknown-time.test.ts']
const turnover = ['--test', 'src/reports/turnover.test.ts']
const recorded = ['--test', 'src/reports/recorded-days.test.ts']
const api = ['--test', 'src/api/reports.test.ts']
const store = ['--test', '--test-name-pattern=reports are made from|views', 'src/store/engine/sqlite/sqlite.test.ts']

export const reportBugs: readonly PlantedBug[] = [
  {
    what: 'takes time that was not processed yet for unchanged',
    file: 'src/reports/quarters.ts',
    from: 'if (start + quarterMs > processed) recordUnknown',
    to: 'if (start > Number.MAX_VALUE) recordUnknown',
    judge: unknown,
  },
  {
    what: 'counts unknown bays as free in the highest occupancy',
    file: 'src/reports/occupancy-book.ts',
    from: 'Math.min(1, (highest * quarterMs) / knownMs)',
    to: 'Math.min(1, highest / Math.max(100, knownMs / quarterMs))',
    judge: unknown,
  },
  {
    what: 'takes unknown time for free time in the occupancy of a report',
    file: 'src/reports/occupancy-book.ts',
    from: 'knownMs > 0 ? Math.min(1, occupiedMs / knownMs) : null',
    to: 'knownMs >= 0 ? Math.min(1, occupiedMs / Math.max(1, knownMs)) : null',
    judge: api,
  },
  {
    what: 'forgets that the hour of a clock change has another length',
    file: 'src/reports/occupancy-book.ts',
    from: 'const local = quarter.start + clock(quarter.start).offsetMs',
    to: 'const local = quarter.start + clock(0).offsetMs',
    judge: truth,
  },
  {
    what: 'takes a quarter without a row for one of which nothing is known',
    file: 'src/reports/quarters.ts',
    from: '    else if (standing) recordUnchanged(quarter, standing)\n',
    to: '',
    judge: truth,
  },
  {
    what: 'counts a stay on the UTC day of its departure',
    file: 'src/store/queries/report-queries.ts',
    from: `sql.ref('departure')} >= \${sql.lit(from)} THEN \${sql.lit(offsetMs)}`,
    to: `sql.ref('departure')} >= \${sql.lit(from)} THEN \${sql.lit(offsetMs * 0)}`,
    judge: turnover,
  },
  {
    what: 'takes days whose stays are not recorded for days without a vehicle',
    file: 'src/reports/recorded-days.ts',
    from: 'const lacks = ended < left * recordedShareMin',
    to: 'const lacks = ended < left * recordedShareMin * 0',
    judge: recorded,
  },
  {
    what: 'takes bays that fall silent for bays that were left',
    file: 'src/reports/occupancy-book.ts',
    from: 'occupiedEnd - unknown\n    before = ',
    to: 'occupiedEnd - 0 * unknown\n    before = ',
    judge: recorded,
  },
  {
    what: 'leaves out the stays that an earlier release has stored',
    file: 'src/store/queries/stay-queries.ts',
    from: "  ...(await read('session')),\n",
    to: '',
    judge: store,
  },
  {
    what: 'takes the median one rank too low',
    file: 'src/reports/stay-lengths.ts',
    from: 'const rank = Math.ceil(count * share)',
    to: 'const rank = Math.ceil(count * share) - 1',
    judge: truth,
  },
  {
    what: 'shows no stay as 0 stays where none is known',
    file: 'src/reports/make-report.ts',
    from: 'return isKnown ? { lengths, from, unrecorded } : undefined',
    to: 'return { lengths, from, unrecorded }',
    judge: api,
  },
  {
    what: 'keeps the place of a report that nothing reads any more',
    file: 'src/lib/ended-once.ts',
    from: '      } finally {\n        await close()\n      }',
    to: '      } finally {\n      }',
    judge: api,
  },
  {
    what: 'changes the ETag of a report with the time at which it is made',
    file: 'src/reports/answer.ts',
    from: 'made: report.head.period.begin',
    to: 'made: report.head.made',
    judge: api,
  },
  {
    what: 'leaves the time without a change out of the view of occupancy',
    file: 'src/store/views.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a file
    from: 'WHERE ${end} > "start" + ${quarterMs}`',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a file
    to: 'WHERE ${end} > "start" + ${2 * quarterMs}`',
    judge: store,
  },
]
