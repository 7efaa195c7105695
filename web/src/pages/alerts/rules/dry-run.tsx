/** What the rule would have raised on the last days, beside the rule in use. Repeated half a second after a change. */
import type { DryRunResult } from '@baykeeper/contract/alert-rule.ts'
import { ApiError } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../../kit/api.ts'
import { Table } from '../../../kit/table.tsx'
import { may, useDesk } from '../../../shell/desk.ts'
import { DayBars } from './day-bars.tsx'
import type { Draft } from './rule-draft.ts'
import { useRulesWords } from './rules-words.ts'

const waitMs = 500
const dayMs = 86_400_000
/** Days that may be missing unsaid: the last hours are still being recorded. */
const recordedEnough = 0.1
const spans = [7, 14, 28] as const

interface Props {
  readonly id: string | undefined
  readonly draft: Draft
  readonly isWrong: boolean
}

export function DryRun({ id, draft, isWrong }: Props) {
  const desk = useDesk()
  const words = useRulesWords()
  const days = useSignal<(typeof spans)[number]>(14)
  const result = useSignal<DryRunResult | undefined>(undefined)
  const running = useSignal(false)
  const why = useSignal('')
  const text = JSON.stringify(draft)
  const allowed = may(desk, 'operate')
  useEffect(() => {
    if (!allowed || isWrong) return
    const stop = new AbortController()
    const run = async () => {
      running.value = true
      try {
        const rule = JSON.parse(text) as Draft
        // A rule without a title cannot be saved, and can be tried.
        const body = {
          ...(id === undefined ? {} : { id }),
          days: days.value,
          rule: { ...rule, title: rule.title || '–' },
        }
        result.value = await api.call('POST /api/v1/rules/dry-run', { body }, { signal: stop.signal })
        why.value = ''
      } catch (fault) {
        if (stop.signal.aborted) return
        result.value = undefined
        why.value = (fault instanceof ApiError && fault.problem.detail) || words.text('dryFailed')
      }
      running.value = false
    }
    const timer = setTimeout(() => void run(), waitMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [id, text, days.value, allowed, isWrong, result, running, why, words])
  return (
    <section class="panel dry-run" aria-label={words.text('dryRun')} aria-busy={running.value}>
      <div class="part-head">
        <h2>{words.text('dryRun')}</h2>
        <span class="quiet">{running.value ? words.text('dryRunning') : range()}</span>
        <div class="span-picks" role="radiogroup" aria-label={words.text('dryRun')}>
          {spans.map((one) => (
            <label key={one} class={one === days.value ? 'chosen' : ''}>
              <input
                type="radio"
                name="days"
                checked={one === days.value}
                onChange={() => {
                  days.value = one
                }}
              />
              {words.count('dryDays', one)}
            </label>
          ))}
        </div>
      </div>
      {!allowed && <p class="quiet">{words.text('dryMayNot')}</p>}
      {why.value !== '' && <p class="banner warn">{why.value}</p>}
      {result.value && <Result result={result.value} />}
      <p class="quiet">{words.text('dryNothingSent')}</p>
    </section>
  )

  function range(): string {
    const { from = null, to = null } = result.value ?? {}
    return from === null || to === null ? '' : words.range(Date.parse(from), Date.parse(to), desk.zone.value)
  }
}

function Result({ result }: { result: DryRunResult }) {
  const words = useRulesWords()
  const { sites } = useDesk()
  const nameOf = (subject: string) => sites.value.find(({ id }) => id === subject)?.name ?? subject
  const { draft, present, days, recorded_days: recorded, notes, added, dropped } = result
  const length = recorded < 2 ? words.duration(recorded * dayMs) : words.count('dryDays', Math.floor(recorded))
  return (
    <>
      {draft && recorded < days - recordedEnough && (
        <p class="banner warn">{words.text('dryRecorded', { recorded: length, days })}</p>
      )}
      {!draft && <p>{words.text('dryNot')}</p>}
      {draft && <Figures draft={draft} present={present} />}
      {draft && <DayBars draft={draft.per_day} present={present?.per_day} />}
      {draft?.alerts === 0 && <p class="quiet">{words.text('dryNone')}</p>}
      {draft && draft.subjects.length > 0 && (
        <>
          <h3>{words.text('dryWhere')}</h3>
          <Table
            label={words.text('dryWhere')}
            rows={draft.subjects}
            keyOf={({ subject }) => subject}
            columns={[
              { name: words.text('whereColumn'), cell: ({ subject }) => <bdi>{nameOf(subject)}</bdi> },
              { name: words.text('dryAlerts'), figure: true, cell: ({ alerts }) => words.number(alerts) },
              {
                name: words.text('minutesColumn'),
                figure: true,
                cell: ({ minutes }) => words.duration(minutes * 60_000),
              },
            ]}
          />
        </>
      )}
      <Subjects name={words.text('dryAdded')} of={present ? added : []} />
      <Subjects name={words.text('dryDropped')} of={dropped} />
      {notes.map((note) => (
        <p key={note} class="quiet">
          {words.ofDryRun(note)}
        </p>
      ))}
    </>
  )
}

const Subjects = ({ name, of }: { name: string; of: readonly string[] }) =>
  of.length === 0 ? null : (
    <details>
      <summary>
        {name} ({of.length})
      </summary>
      <p>
        <bdi>{of.join(', ')}</bdi>
      </p>
    </details>
  )

type Part = NonNullable<DryRunResult['draft']>

function Figures({ draft, present }: { draft: Part; present: Part | null }) {
  const words = useRulesWords()
  const busiest = (of: Part) => Math.max(0, ...of.per_day.map(({ alerts }) => alerts))
  const rows: readonly [name: string, now: string, was: string | undefined][] = [
    [words.text('dryAlerts'), words.number(draft.alerts), present ? words.number(present.alerts) : undefined],
    [
      words.text('dryOpen'),
      words.duration(draft.minutes * 60_000),
      present ? words.duration(present.minutes * 60_000) : undefined,
    ],
    [
      words.text('dryLongest'),
      words.duration(draft.longest_min * 60_000),
      present ? words.duration(present.longest_min * 60_000) : undefined,
    ],
    [words.text('dryBusiest'), words.number(busiest(draft)), present ? words.number(busiest(present)) : undefined],
  ]
  return (
    <dl class="panel load-strip">
      {rows.map(([name, now, was]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b>{now}</b> {was !== undefined && <small>{words.text('dryWas', { n: was })}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
