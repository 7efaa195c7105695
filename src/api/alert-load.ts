/** How much alerts ask of people: the measures of EEMUA 191, from the alerts of the last seven days. */
import type { AlertLoad } from '@baykeeper/contract/alerts.ts'
import { ruleFrom } from '../domain/alerts/alert-rows.ts'
import { person } from '../domain/alerts/rules/person.ts'
import { rulesOf } from '../domain/alerts/rules-in-use.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs } from '../lib/utc-day.ts'
import type { AlertMark, AlertRuleRow } from '../store/store.ts'
import type { RouteContext } from './context.ts'
import { iso } from './wire.ts'

const hourMs = 3_600_000
const tenMinMs = 600_000
const days = 7
/** Of more alerts in seven days the newest ones count, and the answer states since when. */
export const marksMax = 100_000
const listMax = 20
const topMax = 10
const repeatsMin = 3
/** Until people have accounts. */
const operators = 1

export async function alertLoad({ store, clock, alertCounts }: RouteContext): Promise<AlertLoad> {
  const now = clock.now()
  const marks = await store.alertMarks(instant(now - days * dayMs), marksMax)
  const shown = marks.filter(({ root }) => root === null)
  const lastHour = shown.filter(({ raised }) => raised > now - hourMs)
  const rules = usersRules(await store.alertRules())
  return {
    ...{ at: iso(now), counts: await alertCounts.read(), rules, operators },
    per_operator_hour: lastHour.length / operators,
    busiest_10_min: busiest(shown.filter(({ raised }) => raised >= now - (now % dayMs))),
    open_over_24_h: await store.openRaisedBefore(instant(now - dayMs)),
    counted_from: marks.length < marksMax ? null : iso(marks[0]?.raised ?? now),
    repeating: repeating(shown),
    top: top(shown),
    chattering: marks
      .filter(({ times, raised }) => times >= repeatsMin && raised > now - dayMs)
      .slice(0, listMax)
      .map(({ id, title, subject, times }) => ({ alert: id, title, subject_id: subject, times })),
    hours: hoursOf(marks, now),
    last_cleared: lastCleared(shown),
  }
}

function usersRules(rows: readonly AlertRuleRow[]) {
  const stored = new Map(rows.flatMap((row) => (row.body === null ? [] : [[row.id, ruleFrom(row)] as const])))
  const known = new Map([...stored].flatMap(([id, rule]) => (rule ? [[id, rule] as const] : [])))
  const all = [...rulesOf(known).values()].filter(({ rule }) => rule.kind !== person.kind)
  return { all: all.length, enabled: all.filter(({ rule }) => rule.enabled).length }
}

/** The ten minutes that hold most raises, beginning with one. */
function busiest(marks: readonly AlertMark[]): AlertLoad['busiest_10_min'] {
  let best = { from: null as string | null, alerts: 0 }
  for (let [first, end] = [0, 0]; first < marks.length; first++) {
    const from = marks[first]?.raised as Instant
    while (end < marks.length && (marks[end]?.raised as Instant) < from + tenMinMs) end++
    if (end - first > best.alerts) best = { from: iso(from), alerts: end - first }
  }
  return best
}

function repeating(marks: readonly AlertMark[]): AlertLoad['repeating'] {
  // What people raise by hand about one place is not the same alert.
  const raised = marks.filter(({ rule }) => rule !== person.kind)
  const same = Map.groupBy(raised, ({ rule, subject }) => JSON.stringify([rule, subject]))
  return [...same.values()]
    .filter(({ length }) => length >= repeatsMin)
    .sort((a, b) => b.length - a.length)
    .slice(0, listMax)
    .flatMap((of) => {
      const [first] = of
      return first ? [{ rule: first.rule, subject_id: first.subject, title: first.title, times: of.length }] : []
    })
}

const top = (marks: readonly AlertMark[]): AlertLoad['top'] =>
  [...Map.groupBy(marks, ({ rule }) => rule)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, topMax)
    .map(([rule, of]) => ({ rule, title: of.at(-1)?.title ?? rule, alerts: of.length }))

function hoursOf(marks: readonly AlertMark[], now: number): AlertLoad['hours'] {
  const last = Math.floor(now / hourMs)
  const byHour = Map.groupBy(marks, ({ raised }) => Math.floor(raised / hourMs))
  return Array.from({ length: 24 }, (_, i) => {
    const hour = last - 23 + i
    const of = byHour.get(hour) ?? []
    const heldBack = of.filter(({ root }) => root !== null).length
    return { from: iso(instant(hour * hourMs)), alerts: of.length - heldBack, held_back: heldBack }
  })
}

function lastCleared(marks: readonly AlertMark[]): AlertLoad['last_cleared'] {
  const cleared = marks.filter((mark) => mark.cleared !== null)
  const newest = cleared.reduce<AlertMark | undefined>(
    (last, mark) => ((mark.cleared ?? 0) > (last?.cleared ?? 0) ? mark : last),
    undefined,
  )
  if (!newest || newest.cleared === null) return null
  return { title: newest.title, subject_id: newest.subject, at: iso(newest.cleared) }
}
