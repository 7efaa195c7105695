/** Alerts per day: hollow bars for the rule in use, filled ones with the changes; the same numbers as a table. */
import { useRulesWords } from './rules-words.ts'

type Days = readonly { readonly day: string; readonly alerts: number }[]
const high = 120
const slot = 40

export function DayBars({ draft, present }: { draft: Days; present: Days | undefined }) {
  const words = useRulesWords()
  const before = new Map(present?.map(({ day, alerts }) => [day, alerts]))
  const most = Math.max(1, ...draft.map(({ alerts }) => alerts), ...before.values())
  const sum = (of: Days) => of.reduce((all, { alerts }) => all + alerts, 0)
  const name = words.text('dryChart', { draft: sum(draft), present: present ? sum(present) : '–' })
  const px = (alerts: number) => (alerts / most) * (high - 18)
  if (draft.length === 0) return null
  return (
    <>
      <div class="part-head">
        <h3>{words.text('dryPerDay')}</h3>
        <span class="age day-key">
          {present && (
            <>
              <i class="hollow" /> {words.text('dryInUse')}
            </>
          )}{' '}
          <i class="full" /> {words.text('dryDraft')}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <section class="scroll-x" aria-label={words.text('dryPerDay')} tabIndex={0}>
        <svg
          class="day-bars"
          viewBox={`0 0 ${draft.length * slot} ${high + 18}`}
          role="img"
          aria-label={name}
          style={{ minWidth: `${draft.length * 26}px` }}
        >
          <title>{name}</title>
          <path d={`M0 ${high}h${draft.length * slot}`} />
          {draft.map(({ day, alerts }, i) => {
            const was = before.get(day)
            return (
              <g key={day} transform={`translate(${i * slot} 0)`}>
                {was !== undefined && <Bar x={4} h={px(was)} n={was} hollow />}
                <Bar x={present ? 22 : 12} h={px(alerts)} n={alerts} />
                <text x={slot / 2} y={high + 14}>
                  {Number(day.slice(8, 10))}
                </text>
              </g>
            )
          })}
        </svg>
      </section>
      <details>
        <summary>{words.text('table')}</summary>
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">{words.text('dayColumn')}</th>
              {present && <th scope="col">{words.text('dryInUse')}</th>}
              <th scope="col">{words.text('dryDraft')}</th>
            </tr>
          </thead>
          <tbody>
            {draft.map(({ day, alerts }) => (
              <tr key={day}>
                <th scope="row">{words.day(day)}</th>
                {present && <td>{words.number(before.get(day) ?? 0)}</td>}
                <td>{words.number(alerts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}

const Bar = ({ x, h, n, hollow = false }: { x: number; h: number; n: number; hollow?: boolean }) => (
  <>
    <rect class={hollow ? 'hollow' : 'full'} x={x} y={high - h} width={14} height={h} />
    <text class={hollow ? '' : 'now'} x={x + 7} y={high - h - 3}>
      {n}
    </text>
  </>
)
