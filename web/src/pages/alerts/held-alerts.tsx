/** The alerts that one explains, and the way from one of them to its root. */
import type { AlertDetail } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { placeText } from './alert-view.ts'
import type { Board } from './board.ts'

const pollMs = 30_000
const step = 50
const most = 500

export function HeldAlerts({ board, alert }: { board: Board; alert: AlertDetail }) {
  const { words } = board
  const limit = useSignal(step)
  const query = { root: alert.id, group: 'all', limit: limit.value } as const
  const asked = limit.value > step ? requestOf('GET /api/v1/alerts', { query }) : undefined
  const page = useFetched(asked, pollMs).value.value ?? alert.children_page
  const floor = board.desk.city.value?.floor
  if (alert.root !== null)
    return (
      <p class="quiet">
        {words.text('explainedBy')}{' '}
        <button
          type="button"
          class="link"
          onClick={() => {
            board.show(alert.root ?? undefined)
            board.go({ list: 'all', alert: alert.root ?? undefined })
          }}
        >
          {words.text('showRoot')}
        </button>
      </p>
    )
  if (alert.children === 0) return null
  return (
    <section id="held-alerts" aria-label={words.text('heldBack')}>
      <h3>
        {words.text('heldBack')} <small>{words.number(alert.children)}</small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <ul class="held-list" tabIndex={0}>
        {page.items.map((child) => (
          <li key={child.id}>
            <bdi>{placeText(child, floor)}</bdi> <small>{words.text(child.state)}</small>
          </li>
        ))}
      </ul>
      {page.next !== null && limit.value < most && (
        <button
          type="button"
          onClick={() => {
            limit.value = Math.min(most, limit.value + 200)
          }}
        >
          {words.text('showMoreHeld')}
        </button>
      )}
    </section>
  )
}
