/** The last stays of a bay that ended, newest first. One whose sensor stopped knowing lasted at least so long. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'

const pollMs = 30_000
const staysMax = 8

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
              <b>{certain ? span : words.text('stayAtLeast', { span })}</b>
            </li>
          )
        })}
      </ol>
    </>
  )
}
