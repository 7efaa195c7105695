/**
 * The truth of a history, for an observer who knows when the board made every delivered frame. The observer does not know frames that
 * never came.
 */
import { type History, readingOf, type TrueReading } from './history.ts'

/** Presence after each delivery: that of the newest reading delivered so far. */
export function presenceAfter(history: History): boolean[] {
  let newest = -1
  return history.deliveries.map((delivery) => {
    newest = Math.max(newest, delivery.reading)
    return (history.readings[newest] as TrueReading).wire.occupied
  })
}

/** The numbers restart or wrap without a sign in the frame: what is new is certain only after a few frames. */
export const numbersOnly = ({ kind, clockTrusted }: History): boolean =>
  kind === 'number' || (kind === 'clock-number' && !clockTrusted)

/** A LoRaWAN board without join: its counter restarts within one session. */
export const counterRestarts = ({ kind, traits }: History): boolean =>
  kind === 'session' && traits.includes('counter reset')

/** After each delivery: whether a server that follows the rules must know the presence. */
export function mustBeKnown(history: History): boolean[] {
  const { kind, deliveries } = history
  const calm = calmAfter(history)
  if (!history.fair) return deliveries.map(() => false)
  if (numbersOnly(history) || counterRestarts(history)) return calm.map((run) => run >= decidedBy)
  if (kind === 'neither') return calm.map((run) => run >= 2)
  return calm.map((run) => kind !== 'clock' || run >= 2)
}

/**
 * How many deliveries in a row, up to this one, brought the newest reading for the first time, in order, within one run, with a content that no
 * earlier run explains.
 */
function calmAfter(history: History): number[] {
  const { deliveries, readings } = history
  let newest = -1
  let run = 0
  let calm = 0
  let lastTime: number | undefined
  const earlier: TrueReading[] = []
  let before: TrueReading[] = []
  let looksWrapped = false
  let hasResent = false
  const looks = new Set<string>()
  const laps = createLaps(history)
  return deliveries.map((delivery) => {
    const reading = readingOf(history, delivery)
    const isNext = delivery.reading > newest
    const mayBeLapBefore = laps.mayBeLapBefore(reading)
    if (reading.run > run) {
      calm = 0
      before = earlier.filter((one) => one.run === run)
      looksWrapped ||= nearWrap(before)
    }
    const explained =
      (numbersOnly(history) || counterRestarts(history)) &&
      (looksWrapped ||
        mayBeLapBefore ||
        looks.has(lookOf(reading)) ||
        (calm < decidedBy && mayBeLate(earlier, before, reading)))
    hasResent ||= delivery.dup === true || (delivery.connection ?? 1) > 1
    const looksResent = history.kind === 'neither' && hasResent && looks.has(lookOf(reading))
    const sameTime = history.kind === 'clock' && reading.wire.time === lastTime
    calm = isNext && !explained && !looksResent && !sameTime ? calm + 1 : 0
    if (isNext) {
      newest = delivery.reading
      run = (readings[newest] as TrueReading).run
      lastTime = reading.wire.time
    }
    looks.add(lookOf(reading))
    earlier.push(reading)
    return calm
  })
}

/** Frames after which a new boot is certain. */
const decidedBy = 3

/** A number without a clock looks like another one whose clock differed. */
function lookOf({ wire: { time: _, ...rest } }: TrueReading): string {
  return JSON.stringify(rest)
}

/**
 * Where numbers are lost across the end of a counter, its next lap may as well be the lap before, sent again with what had been lost of it, as long
 * as no frame of it has a number of that lap with another payload: two truths with the same frames (two-truths.test.ts).
 */
function createLaps({ width }: History) {
  let lap: { readonly name: string; readonly payloads: Map<number, string>; newest: number } | undefined
  let before: ReadonlyMap<number, string> | undefined
  return {
    mayBeLapBefore(reading: TrueReading): boolean {
      const { run, number, wire } = reading
      const { seq } = wire
      if (width === undefined || seq === undefined) return false
      const name = `${run} ${Math.floor(number / 2 ** width)}`
      if (lap?.name !== name) {
        const isWrap = lap?.name.startsWith(`${run} `) === true && number > lap.newest
        before = isWrap && number !== (lap?.newest ?? 0) + 1 ? lap?.payloads : undefined
        lap = { name, payloads: new Map(), newest: number }
      }
      lap.newest = Math.max(lap.newest, number)
      lap.payloads.set(seq, lookOf(reading))
      const stored = before?.get(seq)
      if (stored !== undefined && stored !== lookOf(reading)) before = undefined
      return before !== undefined
    },
  }
}

/** Its number may as well be one that was missing before. */
function mayBeLate(
  earlier: readonly TrueReading[],
  before: readonly TrueReading[],
  { run, wire: { seq = 0 } }: TrueReading,
): boolean {
  const numbers = earlier.filter((one) => one.run < run).map(({ wire }) => wire.seq ?? 0)
  if (numbers.length === 0 || seq < Math.min(...numbers) || seq > Math.max(...numbers)) return false
  return !before.some(({ wire }) => wire.seq === seq)
}

/** How many frames are missing between the delivered ones, or undefined where the frames cannot say. */
export function missingIn(history: History): number | undefined {
  const { kind } = history
  if (kind === 'clock' || kind === 'neither' || counterRestarts(history)) return undefined
  const delivered = deliveredReadings(history)
  if (kind === 'clock-number' && history.clockTrusted) return holesCutAtFalls(delivered)
  if (numbersOnly(history) && !runsAreVisible(history, delivered)) return undefined
  let missing = 0
  for (const numbers of Map.groupBy(delivered, ({ run }) => run).values())
    missing += holes(numbers.map((r) => r.number))
  return missing
}

/**
 * Two boots look like one as long as their frames rise; a late frame between them shows later that they are two. A server that keeps readings
 * under the boot they were stored in counts the numbers between as missing: it must not be sure of that.
 */
export function joinsBoots({ deliveries, readings }: History): boolean {
  const seen: number[] = []
  const seqOf = (reading: number | undefined) => (reading === undefined ? undefined : readings[reading]?.wire.seq)
  for (const { reading } of deliveries) {
    const at = seen.findLastIndex((other) => other <= reading) + 1
    if (seen[at - 1] === reading) continue
    const [before, seq, after] = [seqOf(seen[at - 1]), seqOf(reading) ?? 0, seqOf(seen[at])]
    seen.splice(at, 0, reading)
    if (before !== undefined && after !== undefined && before < after && (seq <= before || seq >= after)) return true
  }
  return false
}

/** Each delivered reading once, in the order they were made. */
const deliveredReadings = (history: History): TrueReading[] =>
  [...new Set(history.deliveries.map(({ reading }) => reading))]
    .sort((a, b) => a - b)
    .map((i) => history.readings[i] as TrueReading)

const holes = (numbers: readonly number[]) => Math.max(...numbers) - Math.min(...numbers) + 1 - new Set(numbers).size

function holesCutAtFalls(delivered: readonly TrueReading[]): number {
  let missing = 0
  let before: number | undefined
  for (const { wire } of delivered) {
    const seq = wire.seq as number
    if (before !== undefined && seq > before) missing += seq - before - 1
    before = seq
  }
  return missing
}

const wraps = [2 ** 8, 2 ** 16, 2 ** 32]
const wrapReach = 64

/** A restart after these looks like a counter that wraps. */
const nearWrap = (run: readonly TrueReading[]) =>
  run.some(({ wire: { seq = 0 } }) => wraps.some((wrap) => seq >= wrap - wrapReach && seq < wrap))

/** A restart shows in the numbers alone only where they fall, not near a wrap, and where nothing of the run before explains them. */
function runsAreVisible(history: History, delivered: readonly TrueReading[]): boolean {
  if (new Set(delivered.map(lookOf)).size < delivered.length) return false
  const runs = [...Map.groupBy(delivered, ({ run }) => run).values()]
  const wide = (numbers: readonly TrueReading[]) =>
    numbers.every(({ number }, i) => i === 0 || number - (numbers[i - 1] as TrueReading).number < wrapReach)
  if (history.width !== undefined && !runs.every(wide)) return false
  return runs.every((run, i) => {
    const before = runs[i - 1]
    if (!before) return true
    const last = before.at(-1)?.wire.seq as number
    const first = run.slice(0, 2)
    if (first.length < 2 || first.some(({ wire: { seq = 0 } }) => seq >= last)) return false
    if (nearWrap(before)) return false
    return !first.some((reading) => mayBeLate(delivered, before, reading))
  })
}
