/** Bugs of stays, overstays and their rules. */
import type { PlantedBug } from './planted-bug.ts'

const rules = ['--test', 'src/domain/stay-rules.test.ts']
const judge = ['--test', 'src/processing/stays.test.ts']
const moved = ['--test', 'src/processing/moved-sensors.test.ts']
const silence = ['--test', 'src/processing/silence-under-overrides.test.ts']
const folds = ['--test', 'src/domain/folds/stays.test.ts']
const history = ['--test', 'src/api/history.test.ts']

export const stayBugs: readonly PlantedBug[] = [
  {
    what: 'counts the hours of a weekday on a holiday too',
    file: 'src/domain/counted-hours.ts',
    from: '(free.has(day) ? holiday : weekdayOf(day))',
    to: 'weekdayOf(day)',
    judge: rules,
  },
  {
    what: 'ends hours that go over midnight at midnight',
    file: 'src/domain/counted-hours.ts',
    from: 'ends > begins ? ends : ends + 24 * 60',
    to: 'ends > begins ? ends : 24 * 60',
    judge: rules,
  },
  {
    what: 'keeps the clock of the morning on a day on which the clocks change',
    file: 'src/domain/counted-hours.ts',
    from: 'Math.min(midnight + dayMs, changes, to)',
    to: 'Math.min(midnight + dayMs, to)',
    judge: rules,
  },
  {
    what: 'begins an overstay when the hours end, not when they begin again',
    file: 'src/domain/stay-rules.ts',
    from: 'if (to - from > left) {',
    to: 'if (to - from >= left) {',
    judge: rules,
  },
  {
    what: 'gives no grace',
    file: 'src/domain/stay-rules.ts',
    from: '(rule.maxStayMin + (rule.graceMin ?? 0)) * minuteMs',
    to: 'rule.maxStayMin * minuteMs',
    judge: rules,
  },
  {
    what: 'ends a stay when its sensor does not know',
    file: 'src/domain/folds/stays.ts',
    from: '    lose(memory, isUnheard ? lastHeard(memories, bay, time) : time, isUnheard)\n',
    to: '    report(parts, bay, false, time, device)\n',
    judge,
  },
  {
    what: 'takes a silence for a gap although no number is missing',
    file: 'src/domain/folds/stays.ts',
    from: 'device?.maxSeq != null && !isGap) restore(memory)',
    to: 'device?.maxSeq != null && isGap) restore(memory)',
    judge,
  },
  {
    what: 'forgets what was in doubt of a stay when processing starts again',
    file: 'src/domain/folds/bay-memories.ts',
    from: '    of.set(bay, { ...memory })\n',
    to: '    of.set(bay, memory.arrival === null ? unknownBay() : occupiedBay(memory.arrival, memory.device))\n',
    judge,
  },
  {
    what: 'hides no stay behind missing numbers',
    file: 'src/domain/bay-stay.ts',
    from: 'bay.hidden + (isFree ? Math.floor(numbers / 2) : Math.ceil(numbers / 2))',
    to: 'bay.hidden',
    judge,
  },
  {
    what: 'leaves an overstay although the vehicle had left before its limit',
    file: 'src/domain/overstays.ts',
    from: 'if (row.begun >= departure) {',
    to: 'if (row.begun > departure + 9e12) {',
    judge,
  },
  {
    what: 'begins an overstay in a bay whose state is unknown',
    file: 'src/domain/overstays.ts',
    from: 'if (!begun.of(due.what) && stands(due.what))',
    to: 'if (!begun.of(due.what))',
    judge: folds,
  },
  {
    what: 'keeps the overstay of a stay that a late reading took back',
    file: 'src/domain/folds/late-repair.ts',
    from: 'if (memories.of.get(bay)?.arrival !== arrival) overstays.forget(bay, arrival)',
    to: 'if (memories.of.get(bay)?.arrival === arrival) overstays.forget(bay, arrival)',
    judge,
  },
  {
    what: 'repairs stays as if the late readings before in the batch had not been',
    file: 'src/processing/late-stays.ts',
    from: 'filter((stay) => !changed.has(keyOf(stay))), ...added]',
    to: 'filter((stay) => !changed.has(keyOf(stay)))]',
    judge,
  },
  {
    what: 'answers overstays of other sites too',
    file: 'src/api/routes/stays.ts',
    from: 'filter((row) => (bay ?? site) === undefined || bays.has(row.bay))',
    to: 'filter((row) => row.bay !== site)',
    judge: history,
  },
  {
    what: 'counts a late reading for the bay that its sensor watches now',
    file: 'src/processing/late-stays.ts',
    from: "return movedAt <= time - timeLateMaxMs ? { is: 'now', from: 0 } : placeAt(state, time)",
    to: "return movedAt <= time ? { is: 'now', from: 0 } : { ...placeAt(state, time), is: 'now' as const }",
    judge: moved,
  },
  {
    what: 'lets a reading of the bay before set the bay of now',
    file: 'src/processing/placement/live-readings.ts',
    from: 'if (time >= history.movedAt || ',
    to: 'if (time !== history.movedAt || ',
    judge: moved,
  },
  {
    what: 'takes a stay for certain whose sensor was silent under an override',
    file: 'src/domain/folds/stays.ts',
    from: "if (begins && stateOf(bay) !== 'unknown')",
    to: "if (begins && stateOf(bay) === 'unknown')",
    judge: silence,
  },
]
