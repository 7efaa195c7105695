/** Bugs of signs: what would show places that are not free, a number that is old, or nothing where something is known. */
import type { PlantedBug } from './planted-bug.ts'

const casesJudge = ['--test', 'src/domain/folds/signs.test.ts']
const processing = ['--test', 'src/processing/signs.test.ts']
const api = ['--test', 'src/api/signs.test.ts']
const modbus = ['--test', 'src/signs/modbus-server.test.ts']

export const signBugs: readonly PlantedBug[] = [
  {
    what: 'counts an unknown bay as free',
    file: 'src/domain/folds/sign-slot.ts',
    from: 'unknown: { places: 1, capacity: 1, known: 0, free: 0, open: 0 }',
    to: 'unknown: { places: 1, capacity: 1, known: 0, free: 1, open: 0 }',
    judge: casesJudge,
  },
  {
    what: 'takes the best of the band of a count zone',
    file: 'src/domain/folds/sign-slot.ts',
    from: 'free: known - occupied, open',
    to: 'free: capacity - occupied, open',
    judge: casesJudge,
  },
  {
    what: 'shows a number however few places are known',
    file: 'src/domain/folds/sign-slot.ts',
    from: "  if (tally.capacity > 0 && tally.known < trust.coverage * tally.capacity) return 'coverage'\n",
    to: '',
    judge: casesJudge,
  },
  {
    what: 'counts on without a place that the layout has lost',
    file: 'src/domain/folds/sign-slot.ts',
    from: "  if (isMissing) return 'place-missing'\n",
    to: '',
    judge: casesJudge,
  },
  {
    what: 'shows FULL where nothing belongs to the sign',
    file: 'src/domain/folds/sign-slot.ts',
    from: "  if (tally.places === 0) return 'nothing-counted'\n",
    to: '',
    judge: casesJudge,
  },
  {
    what: 'lets a smaller number wait as a larger one does',
    file: 'src/domain/folds/sign-slot.ts',
    from: "show === 'number' && !(row.show === 'number' && (value ?? 0) < (row.value ?? 0))",
    to: "show === 'number'",
    judge: casesJudge,
  },
  {
    what: 'counts a bay of two places of a sign twice when it changes',
    file: 'src/domain/folds/sign-places.ts',
    from: '        if (slot.metAt === met) continue\n',
    to: '',
    judge: casesJudge,
  },
  {
    what: 'passes over a bay behind a layout',
    file: 'src/domain/folds/sign-places.ts',
    from: '      slot.metAt = 0\n',
    to: '',
    judge: casesJudge,
  },
  {
    what: 'forgets at a start that a sign was full',
    file: 'src/domain/folds/sign-slot.ts',
    from: '{ row: { ...row }, tally',
    to: '{ row: { ...row, isFull: false }, tally',
    judge: casesJudge,
  },
  {
    what: 'settles a sign between a count zone and the bay that changes it',
    file: 'src/domain/folds/signs.ts',
    from: '      if (!byBay) settling',
    to: '      settling',
    judge: processing,
  },
  {
    what: 'shows a number however far processing is behind',
    file: 'src/domain/sign-shown.ts',
    from: "  if (Math.abs(processing) > trust.behindS * 1_000) return 'processing-behind'\n",
    to: '',
    judge: api,
  },
  {
    what: 'gives free places that were counted long ago',
    file: 'src/domain/sign-shown.ts',
    from: '  if (isOld) return { known: null, free: null, coverage: null }\n',
    to: '',
    judge: modbus,
  },
  {
    what: 'shows FULL where nothing is known',
    file: 'src/domain/folds/sign-slot.ts',
    from: "  if (tally.capacity > 0 && tally.known === 0) return 'coverage'\n",
    to: '',
    judge: casesJudge,
  },
  {
    what: 'believes a clock that was set back',
    file: 'src/api/live/shown-signs.ts',
    from: 'Math.max(byClock, unread)',
    to: 'byClock',
    judge: api,
  },
  {
    what: 'answers half of the registers that were asked for',
    file: 'src/signs/modbus-request.ts',
    from: "    if (value === undefined) return exception(operation, 'address')\n",
    to: '    if (value === undefined) continue\n',
    judge: modbus,
  },
  {
    what: 'shows 0 in the register of a sign without a number',
    file: 'src/signs/register-map.ts',
    from: 'value === null || value === undefined ? notKnown :',
    to: 'value === null || value === undefined ? 0 :',
    judge: modbus,
  },
]
