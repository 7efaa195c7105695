/** A comparison as people read it: only what differs, the largest difference of each kind first. */
import type { Pair } from '../audit/figures-diff.ts'
import type { PlaceFigures, RuleFigures } from '../audit/projection-figures.ts'
import type { Comparison } from '../processes/comparison/compare.ts'
import { duration } from '../simulator/progress.ts'

/** Of each kind. */
const shownMax = 20

const count = (n: number) => n.toLocaleString('en')

type Row = readonly [what: string, before: string, after: string]

export function comparisonLines(found: Comparison): string[] {
  const { range, span, same, totals } = found
  const iso = (at: number) => new Date(at).toISOString()
  const state = range.isFromBegin
    ? 'the first record there is'
    : 'bays were taken as unknown before it, until their sensors reported'
  const head = [
    `${iso(span.from)} to ${iso(span.to)}, replayed from ${iso(range.replayedFrom)}: ${state}`,
    ...replacedLines(found.layouts),
  ]
  if (same) return [...head, 'No difference.']
  const { before, after } = totals
  const sums: Row[] = [
    ['all bays', 'as it was', 'changed'],
    ['stays that ended', count(before.stays), count(after.stays)],
    ['overstays', count(before.overstays), count(after.overstays)],
    ['overstay minutes', count(before.overstayMin), count(after.overstayMin)],
    ['bay time unknown', duration(before.unknownMs / 1_000), duration(after.unknownMs / 1_000)],
  ]
  return [
    ...head,
    ...table(sums),
    ...part('overstays by rule', ruleRows(found.rules), found.rules.length),
    ...part('places: mean occupied, time full, known', placeRows(found.places), found.places.length),
    ...part('bays: stays, overstay minutes, time unknown', bayRows(found.bays), found.bays.length),
  ]
}

/** The file counts in the whole range, not from a moment within it on. */
function replacedLines(layouts: Comparison['layouts']): string[] {
  const line = ({ at, author, comment }: Comparison['layouts'][number]) =>
    `  ${new Date(at).toISOString()} by ${author}${comment === '' ? '' : `: ${comment}`}`
  const earlier = layouts.length > shownMax ? [`  ${layouts.length - shownMax} earlier ones (with --json)`] : []
  return [
    'changed: the file in place of every layout that was published up to the end of the range, in the whole range:',
    ...earlier,
    ...layouts.slice(-shownMax).map(line),
  ]
}

function part(title: string, rows: readonly Row[], all: number): string[] {
  if (all === 0) return []
  const more = all > shownMax ? [`  and ${all - shownMax} more (all with --json)`] : []
  return ['', ...table([[title, 'as it was', 'changed'], ...rows.slice(0, shownMax)]), ...more]
}

function table(rows: readonly Row[]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  const [first = 0, second = 0, third = 0] = widths
  return rows.map(
    ([what, before, after], i) =>
      `${i === 0 ? '' : '  '}${what.padEnd(first + (i === 0 ? 2 : 0))}  ${before.padStart(second)}  ${after.padStart(third)}`,
  )
}

const largestFirst = <P>(pairs: readonly P[], sizeOf: (pair: P) => number) =>
  pairs.toSorted((a, b) => sizeOf(b) - sizeOf(a))
const gap = <T>({ before, after }: Pair<T>, of: (figures: T) => number) =>
  Math.abs((after ? of(after) : 0) - (before ? of(before) : 0))
const sides = <T>({ before, after }: Pair<T>, text: (of: T) => string): readonly [string, string] => [
  before ? text(before) : '–',
  after ? text(after) : '–',
]

const ruleRows = (pairs: Comparison['rules']): Row[] =>
  largestFirst(pairs, (pair) => gap(pair, ({ minutes }) => minutes)).map((pair) => {
    const { site, maxStayMin, graceMin } = (pair.before ?? pair.after) as RuleFigures
    const of = ({ overstays, minutes, current }: RuleFigures) =>
      `${count(overstays)} (${count(minutes)} min${current > 0 ? `, ${count(current)} go on` : ''})`
    const rule = `${maxStayMin} min${graceMin > 0 ? ` and ${graceMin} min grace` : ''}`
    return [`${site ?? 'no site'}: ${rule}`, ...sides(pair, of)]
  })

const placeRows = (pairs: Comparison['places']): Row[] =>
  largestFirst(pairs, (pair) => gap(pair, ({ occupiedMs }) => occupiedMs) + gap(pair, ({ fullMs }) => fullMs)).map(
    (pair) => {
      const of = ({ spanMs, occupiedMs, fullMs, knownMs, capacityMs }: PlaceFigures) =>
        [
          spanMs > 0 ? (occupiedMs / spanMs).toFixed(2) : '–',
          duration(fullMs / 1_000),
          capacityMs > 0 ? `${((100 * Math.min(capacityMs, knownMs)) / capacityMs).toFixed(1)} %` : '–',
        ].join(', ')
      return [placeName((pair.before ?? pair.after) as PlaceFigures), ...sides(pair, of)]
    },
  )

function placeName({ site, level, zone }: PlaceFigures): string {
  const whole = site ?? 'city'
  if (level === null) return zone === null ? whole : `${whole}: type ${zone}`
  return zone === null ? `${whole} / ${level}` : `${whole} / ${level} / ${zone}`
}

const bayRows = (pairs: Comparison['bays']): Row[] =>
  largestFirst(
    pairs,
    (pair) =>
      gap(pair, ({ stays }) => stays) +
      gap(pair, ({ overstayMin }) => overstayMin) +
      gap(pair, ({ unknownMs }) => unknownMs) / 60_000,
  ).map(({ bay, ...pair }) => [
    bay,
    ...sides(
      pair,
      ({ stays, overstayMin, unknownMs }) => `${stays}, ${overstayMin} min, ${duration(unknownMs / 1_000)}`,
    ),
  ])
