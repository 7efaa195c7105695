/** Alerts of each of the last 24 hours as bars: one sentence for those who do not see them. The hour that runs is in the accent colour. */
import type { AlertLoad } from '@baykeeper/contract/alerts.ts'
import type { AlertsWords } from './alerts-words.ts'

const barPx = 6
const highPx = 32

interface Props {
  readonly words: AlertsWords
  readonly hours: AlertLoad['hours']
  readonly zone: string | undefined
}

export function HourBars({ words, hours, zone }: Props) {
  const most = Math.max(1, ...hours.map(({ alerts }) => alerts))
  const all = hours.reduce((sum, { alerts }) => sum + alerts, 0)
  const top = hours.find(({ alerts }) => alerts === most)
  const name =
    top && all > 0
      ? words.text('hoursChart', { all, most, time: words.minute(Date.parse(top.from), zone) })
      : words.text('hoursNone')
  return (
    <svg class="hour-bars" viewBox={`0 0 ${hours.length * barPx} ${highPx}`} role="img" aria-label={name}>
      <title>{name}</title>
      <path class="ground" d={`M0 ${highPx - 0.5}h${hours.length * barPx}`} />
      {hours.map(({ from, alerts }, i) => {
        const high = alerts === 0 ? 0 : Math.max(2, (alerts / most) * (highPx - 2))
        return (
          <rect
            key={from}
            class={i === hours.length - 1 ? 'running' : ''}
            x={i * barPx + 1}
            y={highPx - high}
            width={barPx - 2}
            height={high}
          />
        )
      })}
    </svg>
  )
}
