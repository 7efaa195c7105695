/** One device: its state, last readings, battery and where it belonged, and what an operator may do: assign, swap, note. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { measureRows } from '../../shell/measure-words.ts'
import { routes } from '../../shell/route.ts'
import { Spark } from '../../shell/spark.tsx'
import { Panel } from '../live/panel.tsx'
import { batteryWord, missingWord, presenceWord } from '../live/reading.ts'
import { batteryForecastText } from './battery-words.ts'
import { CalibrationPanel } from './calibration-panel.tsx'
import { DeviceActions } from './device-actions.tsx'
import { BayLink, Troubles } from './device-parts.tsx'
import { DevicesThen } from './devices-then.tsx'
import { useDevicesWords } from './devices-words.ts'
import { LastMessages } from './last-messages.tsx'

const pollMs = 3_000
const healthMs = 300_000
const periodsMax = 50

export function DevicePage() {
  const { place } = useDesk()
  const id = place.value.item
  return id === undefined ? null : <OneDevice key={id} id={id} />
}

function OneDevice({ id }: { id: string }) {
  const { place, moment } = useDesk()
  const { words } = useDevicesWords()
  const again = useSignal(0)
  const source = new URLSearchParams(place.value.search).get('source') ?? undefined
  const query = source === undefined ? {} : { source }
  const found = useFetched(requestOf('GET /api/v1/devices/{id}', { params: { id }, query }), pollMs, again.value).value
  const device = found.value
  const changed = () => again.value++
  return (
    <>
      <header class="page-head">
        <div>
          <p class="quiet">
            <a href={routes.devices}>{words.text('devices')}</a> /
          </p>
          <h1>
            <code>
              <bdi>{id}</bdi>
            </code>
          </h1>
          {device && moment.value === undefined && <Troubles of={device} />}
        </div>
      </header>
      {found.status === 404 && <p class="banner warn">{words.text('noSuch')}</p>}
      {moment.value !== undefined && <p class="quiet">{words.text('thenNote')}</p>}
      {device && moment.value !== undefined && <DevicesThen devices={[device]} />}
      {moment.value === undefined && (
        <div class="pair">
          <Panel title={words.text('state')} of={found} freshMs={pollMs * 3}>
            {device && <Facts device={device} />}
          </Panel>
          {device && <DeviceActions key={device.bay} device={device} changed={changed} />}
        </div>
      )}
      {moment.value === undefined && device?.distance_mm !== undefined && (
        <CalibrationPanel device={device} changed={changed} />
      )}
      {device && <LastMessages device={device} />}
      <div class="pair">
        {device && <Battery device={device} />}
        <Periods id={id} again={again.value} />
      </div>
    </>
  )
}

function Facts({ device }: { device: Device }) {
  const { now, zone } = useDesk()
  const { words } = useDevicesWords()
  const rows: readonly (readonly [string, unknown])[] = [
    [words.text('state'), presenceWord(words, device)],
    [words.text('bay'), device.bay === null ? words.text('noBay') : <BayLink bay={device.bay} />],
    [words.text('lastWord'), words.ago(now.value - Date.parse(device.arrived))],
    [words.text('silentAfter'), words.span(device.promise_s * 1_000)],
    [words.text('battery'), batteryWord(words, device)],
    [words.text('model'), device.model],
    [words.text('source'), device.source],
    [words.text('readings'), words.number(device.readings)],
    [words.text('missingNumbers'), missingWord(words, device)],
    [words.text('firstSeen'), words.moment(Date.parse(device.first_arrived), zone.value)],
    [words.text('notes'), device.notes],
    ...measureRows(words, device, []).map(({ label, text }) => [label, text] as const),
  ]
  return (
    <>
      <dl class="facts">
        {rows
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value as string}</dd>
            </div>
          ))}
      </dl>
      {device.conflict !== null && <p class="banner warn">{words.text('conflictOf', { bay: device.conflict })}</p>}
    </>
  )
}

function Battery({ device: { id, source } }: { device: Device }) {
  const { now: clock } = useDesk()
  const { words } = useDevicesWords()
  const { moment } = useDesk()
  const to = moment.value === undefined ? undefined : new Date(moment.value).toISOString()
  const found = useFetched(
    requestOf('GET /api/v1/devices/{id}/health', { params: { id }, query: { source, to } }),
    healthMs,
  ).value
  const ahead = useFetched(requestOf('GET /api/v1/battery-forecasts', { query: { device: id } }), healthMs).value.value
  const forecast = moment.value === undefined ? ahead?.items.find((one) => one.source === source) : undefined
  const days = found.value?.items.flatMap((day) => lowest(day) ?? []) ?? []
  const now = days.at(-1)
  const text = (level: number) => words.number(level, level > 5 ? 0 : 2)
  return (
    <Panel title={words.text('battery31')} of={found} freshMs={healthMs * 3}>
      {found.value && now === undefined && <p class="quiet">{words.text('batteryNone')}</p>}
      {now !== undefined && (
        <p class="battery-course">
          <Spark values={days} />{' '}
          {words.text('batteryLabel', {
            from: text(Math.max(...days)),
            to: text(Math.min(...days)),
            now: text(now),
          })}
        </p>
      )}
      {forecast && <p>{batteryForecastText(words, forecast, clock.value)}</p>}
    </Panel>
  )
}

/** The level of a day: percent where it is measured, else volts. */
function lowest(day: Readonly<Record<string, unknown>>): number | undefined {
  const level = day['min_battery_pct'] ?? day['min_battery_v']
  return typeof level === 'number' ? level : undefined
}

function Periods({ id, again }: { id: string; again: number }) {
  const { zone } = useDesk()
  const { words } = useDevicesWords()
  const query = { device: id, limit: periodsMax }
  const found = useFetched(requestOf('GET /api/v1/assignments', { query }), healthMs, again).value
  const items = found.value?.items ?? []
  const at = (text: string) => words.dayMinute(Date.parse(text), zone.value)
  return (
    <Panel title={words.text('history')} of={found} freshMs={healthMs * 3}>
      {found.value && items.length === 0 ? (
        <p class="quiet">{words.text('historyNone')}</p>
      ) : (
        <Table
          label={words.text('history')}
          rows={items}
          keyOf={({ from, bay, gate }) => `${from} ${bay} ${gate?.gate}`}
          columns={[
            {
              name: words.text('bay'),
              cell: ({ bay, gate }) =>
                bay === null ? words.text('gateOf', { gate: gate?.gate ?? '' }) : <BayLink bay={bay} />,
            },
            { name: words.text('from'), cell: ({ from }) => at(from) },
            { name: words.text('until'), cell: ({ to }) => (to === null ? words.text('goesOn') : at(to)) },
            { name: words.text('author'), cell: ({ author }) => author },
          ]}
        />
      )}
    </Panel>
  )
}
