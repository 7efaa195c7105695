/** How much alerts ask of people, by EEMUA 191: five figures and the bars of the last day. */

import type { AlertLoad } from '@baykeeper/contract/alerts.ts'
import type { ComponentChildren } from 'preact'
import type { Fetched } from '../../kit/fetched.ts'
import { needingAction } from '../../shell/desk.ts'
import { subjectText } from './alert-view.ts'
import type { Board } from './board.ts'
import { HourBars } from './hour-bars.tsx'

export function LoadStrip({ board, load }: { board: Board; load: Fetched<AlertLoad> }) {
  const { words, desk, stale } = board
  const of = load.value
  if (!of) return load.failed ? <p class="banner bad">{words.text('loadFailed')}</p> : null
  // The counts of the stream are newer.
  const counts = desk.alertCounts.value ?? of.counts
  const { critical, warning, info } = counts.needs_action
  const need = needingAction(counts)
  const { from, alerts } = of.busiest_10_min
  // Alerts that people made have their subject in common, and nothing else.
  const repeating = of.repeating.filter(({ rule }) => rule !== 'person')
  const [first] = repeating
  return (
    <dl class={`panel load-strip ${stale || load.failed ? 'stale' : ''}`}>
      <Figure
        name={words.text('needAction')}
        value={words.number(need)}
        alarm={critical > 0}
        note={words.text('needActionParts', { critical, warning, info })}
      />
      <Figure
        name={words.text('perOperator')}
        value={words.number(of.per_operator_hour, Number.isInteger(of.per_operator_hour) ? 0 : 1)}
        alarm={of.per_operator_hour > 6}
        note={words.text('aimSix')}
      />
      <Figure
        name={words.text('busiest')}
        value={words.number(alerts)}
        alarm={alerts > 10}
        note={
          from === null
            ? words.text('aimTen')
            : words.text('busiestAt', { time: words.minute(Date.parse(from), desk.zone.value) })
        }
      />
      <Figure name={words.text('openDay')} value={words.number(of.open_over_24_h)} />
      <Figure
        name={words.text('repeatingNow')}
        value={words.number(repeating.length)}
        note={first ? `${words.ofRule(first.title)} ${subjectText(first.subject_id)}` : words.text('repeatingNone')}
      />
      <div class="hours">
        <dt class="unseen">{words.text('hoursShort')}</dt>
        <dd>
          <HourBars words={words} hours={of.hours} zone={desk.zone.value} />
          <small>{words.text('hoursShort')}</small>
        </dd>
      </div>
    </dl>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly alarm?: boolean
  readonly note?: ComponentChildren
}

const Figure = ({ name, value, alarm = false, note }: FigureProps) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <b class={alarm ? 'alert' : ''}>{value}</b> {note && <small>{note}</small>}
    </dd>
  </div>
)
