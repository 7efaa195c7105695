/** What a root holds back: how much of each level is unknown with it, and how many alerts wait below it. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { code, stateCount } from '../../bay-state.ts'
import { useFetched } from '../../kit/fetched.ts'
import type { Board } from './board.ts'

const pollMs = 30_000
const levelsMax = 8
/** Of the children that name their levels. */
const childrenAsked = 500

export function HeldBack({ board, alert }: { board: Board; alert: Alert }) {
  const { words, desk, again } = board
  const query = { root: alert.id, group: 'all', limit: childrenAsked } as const
  const of = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs, again.value).value.value
  const { floor, tally } = desk.city.value ?? {}
  desk.counted.value
  // Of more than one page the number of all that it ever explained.
  const waiting = of?.next === null ? of.items.filter(({ state }) => state === 'suppressed').length : alert.children
  const levels = new Set(of?.items.map(({ site, level }) => `${site}\n${level}`))
  const plates = (floor?.plates ?? [])
    .map((plate, p) => ({ plate, unknown: tally?.byPlate[p * stateCount + code.unknown] ?? 0 }))
    .filter(({ plate }) => levels.has(`${plate.site}\n${plate.level}`))
    .slice(0, levelsMax)
  return (
    <div class="held-back">
      {plates.map(({ plate, unknown }) => {
        const all = plate.to - plate.from
        return (
          <p key={`${plate.site} ${plate.level}`} class="held-level">
            <span>{plate.name}</span>
            <span class="track" aria-hidden="true">
              <i style={{ inlineSize: `${all === 0 ? 0 : Math.min(100, (100 * unknown) / all)}%` }} />
            </span>
            <span>{words.text('levelUnknown', { n: unknown, of: all })}</span>
          </p>
        )
      })}
      <p>
        {waiting > 0 ? words.count('holdsBack', waiting) : words.count('heldBefore', alert.children)}{' '}
        <button
          type="button"
          class="link"
          onClick={() => {
            board.show(alert.id)
            board.go({ alert: alert.id }, { replace: true })
            requestAnimationFrame(() => document.getElementById('held-alerts')?.scrollIntoView({ block: 'nearest' }))
          }}
        >
          {words.text('showHeld')}
        </button>
      </p>
    </div>
  )
}
