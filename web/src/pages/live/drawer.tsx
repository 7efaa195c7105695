/** The drawer at the right: one bay and its device, or the ledger. Over the side column; a sheet from below on a phone. */

import type { BayDetail } from '@baykeeper/contract/bay.ts'
import type { Device, StoredReading } from '@baykeeper/contract/device.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { closeDrawer, useDesk } from '../../shell/desk.ts'
import { Icon } from '../../shell/icons.tsx'
import { measureRows } from '../../shell/measure-words.ts'
import { Spark } from '../../shell/spark.tsx'
import { LedgerDetail } from './ledger-detail.tsx'
import { writeAddress } from './plan-panel.tsx'
import { batteryWord, markNames, missingWord, presenceWord } from './reading.ts'
import { Stays } from './stays.tsx'
import { typeName } from './table-twin.tsx'

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

interface SheetProps {
  readonly title: string
  readonly children: ComponentChildren
  onClose(): void
}

export function Sheet({ title, children, onClose }: SheetProps) {
  const { words } = useDesk()
  const sheet = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    sheet.current?.focus({ preventScroll: true })
    return () => {
      // The element that opened it may be gone, such as the search; then the focus goes to the plan.
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : undefined
      const next = back ?? document.querySelector<HTMLElement>('.grid, .twin') ?? document.getElementById('main')
      next?.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside
      class="drawer panel"
      ref={sheet}
      tabIndex={-1}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header>
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <button
          type="button"
          class="tool square"
          aria-label={words.text('close')}
          title={words.text('close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  )
}

function BayDrawer({ bay, id }: { bay: number; id: string }) {
  const desk = useDesk()
  const { words, counted, city, now, zone } = desk
  counted.value
  const detail = useFetched<BayDetail>(`/api/v1/bays/${encodeURIComponent(id)}`, pollMs).value
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
      {found?.stale && <p class="banner warn">{words.text('stale')}</p>}
      <dl>
        <Row name={words.text('level')} value={floor?.plates[floor.plateOf[bay] ?? 0]?.name} />
        <Row name={words.text('type')} value={typeName(words, floor?.types[bay] ?? 'standard')} />
        {found?.zone && <Row name={words.text('zone')} value={<bdi>{found.zone}</bdi>} />}
      </dl>
      {detail.failed && <p class="banner bad">{words.text('bayFailed')}</p>}
      {found === undefined && !detail.failed && <p class="quiet">{words.text('loading')} …</p>}
      {found && <Conflicts of={found.conflicts} />}
      {found?.device === null && <p class="quiet">{words.text('noDevice', { id })}</p>}
      {found && <Stays bay={id} since={found.since === null ? 0 : Date.parse(found.since)} />}
      {found?.device && <DevicePart id={found.device.id} source={found.device.source} />}
    </Sheet>
  )
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
  const path = `/api/v1/devices/${encodeURIComponent(id)}`
  const asked = `source=${encodeURIComponent(source)}`
  const device = useFetched<Device>(`${path}?${asked}`, pollMs).value.value
  const from = device && new Date(Date.parse(device.time) - readingsSpanMs).toISOString()
  // A new path only when the newest reading is a new one, so that the list is fetched when it has changed.
  const readings = useFetched<{ items: StoredReading[] }>(
    from && `${path}/readings?${asked}&limit=${readingsAskedMax}&from=${from}`,
    60_000,
  ).value.value
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
