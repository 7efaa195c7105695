/** Devices without a bay: a first sensor appears here at once. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { presenceWord } from './reading.ts'

const pollMs = 2_000
const shownMax = 8

export function Inbox({ always = false }: { always?: boolean }) {
  const { words, kpi, now } = useDesk()
  const waiting = kpi.value?.devices.unassigned ?? 0
  const wanted = always || waiting > 0
  const page = useFetched(
    wanted ? requestOf('GET /api/v1/devices', { query: { unassigned: 'true', limit: shownMax } }) : undefined,
    pollMs,
  )
  if (!wanted) return null
  const devices = page.value.value?.items ?? []
  return (
    <section class="panel inbox" aria-label={words.text('inbox')}>
      <h2>
        <a href={routes.inbox}>{words.text('inbox')}</a> {waiting > 0 && <small>{words.number(waiting)}</small>}
      </h2>
      {devices.length === 0 && <p class="quiet">{words.text('inboxNone')}</p>}
      <ul>
        {devices.map((device) => (
          <li key={`${device.source} ${device.id}`}>
            <b>
              <bdi>{device.id}</bdi>
            </b>
            <span>{presenceWord(words, device)}</span>
            <small>
              {device.source} · {words.ago(now.value - Date.parse(device.arrived))}
              {device.conflict !== null && (
                <em>
                  {' '}
                  · {words.text('inboxConflict')} <bdi>{device.conflict}</bdi>
                </em>
              )}
            </small>
          </li>
        ))}
      </ul>
      {waiting > devices.length && devices.length > 0 && (
        <p class="quiet">{words.count('inboxMore', waiting - devices.length)}</p>
      )}
    </section>
  )
}
