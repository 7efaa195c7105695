/** The drawer at the right: one bay and its device, or the ledger. Over the side column; a sheet from below on a phone. */

import type { BayDetail } from '@baykeeper/contract/bay.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { closeDrawer, useDesk } from '../../shell/desk.ts'
import { measureRows } from '../../shell/measure-words.ts'
import { Spark } from '../../shell/spark.tsx'
import { BayActions, BayReasons } from './bay-state-part.tsx'
import { LazyPart } from './lazy-part.tsx'
import { LedgerDetail } from './ledger-detail.tsx'
import { writeAddress } from './plan-panel.tsx'
import { batteryWord, markNames, missingWord, presenceWord } from './reading.ts'
import { Sheet } from './sheet.tsx'
import { Overstay, Stays } from './stays.tsx'
import { typeName } from './table-twin.tsx'

const fetchAlerts = () => import('../alerts/bay-alerts.tsx')
const fetchExtras = () => import('./bay-extras.tsx')
const pollMs = 2_000
const readingsMax = 20
/** Readings come oldest first: ask for the last hours of a device, and keep the newest. */
const readingsSpanMs = 6 * 3_600_000
const readingsAskedMax = 1_000

export function Drawer() {
  const desk = useDesk()
  const drawer = desk.drawer.value
  useEffect(() => {
    if (desk.plan) writeAddress(desk, desk.plan)
  }, [desk, drawer])
  if (!drawer) return null
  if (drawer.of === 'ledger')
    return (
      <Sheet title={desk.words.text('ledgerTitle')} onClose={() => closeDrawer(desk)}>
        <LedgerDetail />
      </Sheet>
    )
  const id = desk.city.value?.floor.ids[drawer.bay]
  return id === undefined ? null : <BayDrawer key={id} bay={drawer.bay} id={id} />
}

function BayDrawer({ bay, id }: { bay: number; id: string }) {
  const desk = useDesk()
  const { words, counted, city, now, zone, alertCounts } = desk
  counted.value
  const asked = useSignal(0)
  const detail = useFetched(requestOf('GET /api/v1/bays/{id}', { params: { id } }), pollMs, asked.value).value
  const floor = city.value?.floor
  // The tally is newer than the answer: the state on the plan and in the drawer are the same at any moment.
  const state = bayStates[city.value?.tally.states[bay] ?? 3] ?? 'unknown'
  const found = detail.value
  const since = found?.since && found.state === state ? Date.parse(found.since) : undefined
  return (
    <Sheet title={id} onClose={() => closeDrawer(desk)}>
      <p class={`state-line ${state}`}>
        <i class={`swatch large ${state}`} aria-hidden="true" />
        <b>{words.text(state)}</b>
        {since !== undefined && (
          <span>
            {words.text('forAge', { age: words.span(now.value - since) })}
            <small>{words.text('since', { time: words.moment(since, zone.value) })}</small>
          </span>
        )}
      </p>
      {found && <BayReasons found={found} />}
      <LazyPart wanted={alertCounts.value !== undefined} fetch={fetchAlerts} />
      <LazyPart wanted={found !== undefined} fetch={fetchExtras} />
      {found?.device === null && <NoDevice id={id} assigned={found.assigned} />}
      {found?.state === 'occupied' && <Overstay bay={id} since={found.since === null ? 0 : Date.parse(found.since)} />}
      <dl>
        <Row name={words.text('level')} value={floor?.plates[floor.plateOf[bay] ?? 0]?.name} />
        <Row
          name={words.text('type')}
          value={typesOf(found, floor?.types[bay])
            .map((type) => typeName(words, type))
            .join(', ')}
        />
        {found && found.zones.length > 0 && (
          <Row name={words.text('zone')} value={<bdi>{found.zones.join(', ')}</bdi>} />
        )}
        {found && found.assigned.length > 1 && (
          <Row name={words.text('assignedSensors')} value={<bdi>{found.assigned.join(', ')}</bdi>} />
        )}
      </dl>
      {detail.failed && <p class="banner bad">{words.text('bayFailed')}</p>}
      {found === undefined && !detail.failed && <p class="quiet">{words.text('loading')} …</p>}
      {found && <BayActions found={found} changed={() => asked.value++} />}
      {found && <Conflicts of={found.conflicts} />}
      {found && <Stays bay={id} since={found.since === null ? 0 : Date.parse(found.since)} />}
      {found?.device && <DevicePart id={found.device.id} source={found.device.source} />}
    </Sheet>
  )
}

/** All of its types once they are known; the plan knows the first. */
const typesOf = (found: BayDetail | undefined, drawn = 'standard'): readonly string[] => found?.types ?? [drawn]

/** A sensor that is assigned and was never heard is another fault than a bay without one. */
function NoDevice({ id, assigned }: { id: string; assigned: readonly string[] }) {
  const { words } = useDesk()
  const text =
    assigned.length > 0 ? words.text('notHeard', { ids: assigned.join(', ') }) : words.text('noDevice', { id })
  return <p class="quiet">{text}</p>
}

/** Devices that name the bay and are not used: something to set right. */
function Conflicts({ of }: { of: BayDetail['conflicts'] }) {
  const { words } = useDesk()
  if (of.length === 0) return null
  return (
    <div class="banner warn conflicts">
      <p>{words.text('bayConflict')}</p>
      <ul>
        {of.map(({ id, source }) => (
          <li key={`${source} ${id}`}>
            <bdi>{id}</bdi> ({source})
          </li>
        ))}
      </ul>
    </div>
  )
}

function Row({ name, value }: { name: string; value: ComponentChildren }) {
  if (value === undefined || value === null) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function DevicePart({ id, source }: { id: string; source: string }) {
  const { words, now, zone } = useDesk()
  const of = { params: { id }, query: { source } }
  const device = useFetched(requestOf('GET /api/v1/devices/{id}', of), pollMs).value.value
  const from = device && new Date(Date.parse(device.time) - readingsSpanMs).toISOString()
  // A new request only when the newest reading is a new one, so that the list is fetched when it has changed.
  const query = { source, limit: readingsAskedMax, from }
  const newest = from && requestOf('GET /api/v1/devices/{id}/readings', { params: { id }, query })
  const readings = useFetched(newest || undefined, 60_000).value.value
  if (!device) return null
  const last = (readings?.items ?? []).slice(-readingsMax).reverse()
  return (
    <>
      <h3>{words.text('device')}</h3>
      <dl>
        <Row
          name={words.text('device')}
          value={
            <code>
              <bdi>{device.id}</bdi>
            </code>
          }
        />
        <Row name={words.text('source')} value={device.source} />
        <Row name={words.text('lastWord')} value={words.ago(now.value - Date.parse(device.arrived))} />
        <Row name={words.text('battery')} value={batteryWord(words, device)} />
        {measureRows(words, device, readings?.items ?? []).map(({ name, label, text, course }) => (
          <Row
            key={name}
            name={label}
            value={
              <span class="with-course">
                <Spark values={course} /> {text}
              </span>
            }
          />
        ))}
        <Row name={words.text('readings')} value={words.number(device.readings)} />
        <Row name={words.text('missingNumbers')} value={missingWord(words, device)} />
        {device.possible_repeats > 0 && (
          <Row name={words.text('possibleRepeats')} value={words.number(device.possible_repeats)} />
        )}
      </dl>
      <h3>{words.text('lastReadings')}</h3>
      {readings && last.length === 0 && <p class="quiet">{words.text('noReadings')}</p>}
      <ol class="readings">
        {last.map((reading) => (
          <li key={`${reading.epoch} ${reading.seq} ${reading.time}`}>
            <details>
              <summary>
                <time dateTime={reading.time}>{words.moment(Date.parse(reading.time), zone.value)}</time>
                <b>{presenceWord(words, reading)}</b>
                {reading.seq !== null && <small>#{reading.seq}</small>}
                {reading.quality.map((mark) => (
                  <em key={mark}>{words.text(markNames[mark])}</em>
                ))}
              </summary>
              <pre>{JSON.stringify(reading, null, 1)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  )
}
