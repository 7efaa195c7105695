/** What a rule would have raised on the last days, from stored history, compared with the rule in use. Nothing is raised or sent. */
import type { DryRunResult } from '@baykeeper/contract/alert-rule.ts'
import type { RuleInUse } from '../domain/alerts/alert-engine.ts'
import { type DryAlert, dryAlerts } from '../domain/alerts/dry-run.ts'
import { scheduleOf } from '../domain/alerts/schedule.ts'
import { emptyLayout } from '../domain/layout.ts'
import { type Watching, watchingOf } from '../domain/watching.ts'
import { instant } from '../lib/brand.ts'
import { dayMs, dayName, minuteMs } from '../lib/utc-day.ts'
import type { RouteContext } from './context.ts'
import { ProblemError } from './problem.ts'
import { type RuleHistory, ruleHistory, type Span } from './rule-history.ts'
import { iso } from './wire.ts'

interface Asked {
  readonly days: number
  readonly draft: RuleInUse
  readonly present: RuleInUse | undefined
}

const subjectsShown = 20
/** Each holds the history of a place or of hundreds of bays in memory. */
const atOnceMax = 2
let underWay = 0

export async function dryRun(context: RouteContext, asked: Asked): Promise<DryRunResult> {
  if (underWay >= atOnceMax)
    throw new ProblemError(503, 'two dry runs are under way already: ask again in a few seconds', {
      code: 'E_BUSY',
      headers: { 'retry-after': '5' },
    })
  underWay++
  try {
    return await evaluated(context, asked)
  } finally {
    underWay--
  }
}

async function evaluated({ store, clock }: RouteContext, { days, draft, present }: Asked): Promise<DryRunResult> {
  const now = clock.now()
  const span = { from: instant(now - days * dayMs), to: now }
  const watching = watchingOf((await store.layout())?.layout ?? emptyLayout)
  const ofDraft = await evaluate(draft, watching, span)
  const ofPresent = present && (await evaluate(present, watching, span))
  const names = (of: Evaluated | undefined) => new Set(of?.alerts.keys())
  const [ours, theirs] = [names(ofDraft), names(ofPresent)]
  const recorded = Math.round((100 * (ofDraft?.known.ms ?? 0)) / dayMs) / 100
  const notes = new Set([...(ofDraft?.notes ?? []), ...(ofPresent?.notes ?? [])])
  if (!ofDraft) notes.add('What is stored does not show when the condition of this rule held: it cannot be evaluated.')
  else if (ofDraft.known.begin === undefined)
    notes.add(`Nothing that this rule watches was known on the last ${days} days: it cannot be evaluated.`)
  const from = instant(Math.max(span.from, ofDraft?.known.begin ?? now))
  return {
    ...{ days, recorded_days: recorded, from: iso(from), to: iso(now) },
    draft: ofDraft && isKnown(ofDraft) ? figuresOf(ofDraft, { from, to: now }) : null,
    present: ofPresent && isKnown(ofPresent) ? figuresOf(ofPresent, { from, to: now }) : null,
    added: [...ours.difference(theirs)].slice(0, subjectsShown),
    dropped: [...theirs.difference(ours)].slice(0, subjectsShown),
    notes: [...notes],
  }

  async function evaluate(used: RuleInUse, of: Watching, within: Span): Promise<Evaluated | undefined> {
    const history = await ruleHistory(store, used, of, within)
    if (!history) return undefined
    const alerts = new Map<string, readonly DryAlert[]>()
    for (const { subject, spans } of history.subjects) {
      const schedule = scheduleOf(used.rule.schedule, of.siteHours.get(subject.site) ?? { zone: 'UTC', holidays: [] })
      const found = dryAlerts(spans, used.rule, schedule, within)
      if (found.length > 0) alerts.set(subject.id, found)
    }
    return { alerts, notes: history.notes, known: history.known }
  }
}

interface Evaluated {
  readonly alerts: ReadonlyMap<string, readonly DryAlert[]>
  readonly notes: readonly string[]
  readonly known: RuleHistory['known']
}

const isKnown = ({ known }: Evaluated) => known.begin !== undefined
const minutesOf = (alerts: readonly DryAlert[]) =>
  alerts.reduce((sum, { raised, cleared }) => sum + (cleared - raised), 0) / minuteMs
const rounded = (minutes: number) => Math.round(10 * minutes) / 10

function figuresOf({ alerts }: Evaluated, { from, to }: Span): NonNullable<DryRunResult['draft']> {
  const all = [...alerts.values()].flat()
  const perDay = Map.groupBy(all, ({ raised }) => Math.floor(raised / dayMs))
  const firstDay = Math.floor(from / dayMs)
  const length = Math.floor(to / dayMs) - firstDay + 1
  return {
    alerts: all.length,
    per_day: Array.from({ length }, (_, i) => ({
      day: dayName(firstDay + i),
      alerts: perDay.get(firstDay + i)?.length ?? 0,
    })),
    minutes: rounded(minutesOf(all)),
    longest_min: rounded(all.reduce((most, one) => Math.max(most, minutesOf([one])), 0)),
    subjects: [...alerts]
      .map(([subject, of]) => ({ subject, alerts: of.length, minutes: rounded(minutesOf(of)) }))
      .sort((a, b) => b.alerts - a.alerts || b.minutes - a.minutes)
      .slice(0, subjectsShown),
  }
}
