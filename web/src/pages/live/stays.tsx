/** The stay of a bay that is longer than its rule allows, and the last stays of a bay that ended, newest first. One that is in doubt is marked. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'

const pollMs = 30_000
const staysMax = 8

/** Of a bay that is occupied. */
export function Overstay({ bay, since }: { bay: string; since: number }) {
  const { words, now, zone } = useDesk()
  const request = requestOf('GET /api/v1/overstays', { query: { bay, limit: 1 } })
  const [overstay] = useFetched(request, pollMs, since).value.value?.items ?? []
  if (!overstay) return null
  const begun = Date.parse(overstay.begun)
  return (
    <p class="banner warn">
      {words.text('overstay', {
        span: words.span(now.value - begun),
        time: words.moment(begun, zone.value),
        allowed: words.span(overstay.max_stay_min * 60_000),
      })}
    </p>
  )
}

/** `since`: when the state of the bay began; another one means that a stay may just have ended. */
export function Stays({ bay, since }: { bay: string; since: number }) {
  const { words, zone } = useDesk()
  const request = requestOf('GET /api/v1/bays/{id}/sessions', { params: { id: bay }, query: { limit: staysMax } })
  const items = useFetched(request, pollMs, since).value.value?.items
  if (!items) return null
  return (
    <>
      <h3>{words.text('lastStays')}</h3>
      {items.length === 0 && <p class="quiet">{words.text('noStays')}</p>}
      <ol class="stays">
        {items.map(({ arrival, departure, dwell_s, certain }) => {
          const span = words.duration(dwell_s * 1_000)
          return (
            <li key={`${departure} ${arrival}`}>
              <span>{words.range(Date.parse(arrival), Date.parse(departure), zone.value)}</span>
              <b>{certain ? span : words.text('stayInDoubt', { span })}</b>
            </li>
          )
        })}
      </ol>
    </>
  )
}
