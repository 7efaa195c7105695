/** Devices: found by what needs work, by id or bay; chosen ones are assigned at once; the list as CSV. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device, DeviceTotals } from '@baykeeper/contract/device.ts'
import { type DeviceTrouble, deviceSorts, deviceTroubles } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { go, may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { batteryWord, presenceWord } from '../live/reading.ts'
import { AssignLines } from './assign-lines.tsx'
import { BayLink, Troubles } from './device-parts.tsx'
import { DevicesHead } from './devices-head.tsx'
import { DevicesThen } from './devices-then.tsx'
import { useDevicesWords } from './devices-words.ts'
import { DownloadList } from './download-list.tsx'
import { listSearch, readList } from './list-address.ts'

const pollMs = 5_000
const pageItems = 100
const itemsMax = 1_000

export function DeviceList() {
  const desk = useDesk()
  const again = useSignal(0)
  const limit = useSignal(pageItems)
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const assigning = useSignal(false)
  const { words } = useDevicesWords()
  const { moment } = desk
  const list = readList(desk.place.value.search)
  const totals = useFetched(requestOf('GET /api/v1/device-totals'), pollMs, again.value).value.value
  const query = { ...list, limit: limit.value }
  const found = useFetched(requestOf('GET /api/v1/devices', { query }), pollMs, again.value).value
  const items = found.value?.items ?? []
  const toggle = (id: string) => {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
  }
  return (
    <>
      <DevicesHead totals={totals} />
      {moment.value === undefined && <Filters totals={totals} />}
      {chosen.value.size > 0 && (
        <div class="banner choice" role="status">
          <span>{words.count('chosen', chosen.value.size)}</span>
          {may(desk, 'operate') ? (
            <button type="button" class="main" onClick={() => (assigning.value = true)}>
              {words.text('assignChosen')}
            </button>
          ) : (
            <span class="quiet">{words.text('needOperator')}</span>
          )}
          {may(desk, 'layout') && (
            <a class="button" href={`${routes.layout}?sensors=${[...chosen.value].map(encodeURIComponent).join(',')}`}>
              {words.text('makeBays')}
            </a>
          )}
          <button type="button" onClick={() => (chosen.value = new Set())}>
            {words.text('clearChoice')}
          </button>
        </div>
      )}
      {assigning.value && (
        <AssignLines
          devices={[...chosen.value]}
          close={() => (assigning.value = false)}
          done={() => {
            chosen.value = new Set()
            again.value++
          }}
        />
      )}
      <Panel title={words.text('devices')} of={found} freshMs={pollMs * 3} actions={<DownloadList list={list} />}>
        {found.value && items.length === 0 ? (
          <p>{emptyText(words, list.find, list.trouble)}</p>
        ) : moment.value !== undefined ? (
          <DevicesThen devices={items} />
        ) : (
          <DeviceTable devices={items} chosen={chosen.value} toggle={toggle} />
        )}
        {found.value?.next && limit.value < itemsMax && (
          <button type="button" onClick={() => (limit.value = Math.min(itemsMax, limit.value + pageItems))}>
            {words.text('more')}
          </button>
        )}
      </Panel>
    </>
  )
}

function emptyText(words: ReturnType<typeof useDevicesWords>['words'], find?: string, trouble?: DeviceTrouble): string {
  if (find) return words.text('noneFound', { text: find })
  return words.text(trouble ? 'none' : 'noneYet')
}

function Filters({ totals }: { totals: DeviceTotals | undefined }) {
  const desk = useDesk()
  const { words, choices } = useDevicesWords()
  const list = readList(desk.place.value.search)
  const countOf = (trouble: DeviceTrouble) => totals?.[trouble === 'low-battery' ? 'low_battery' : trouble]
  const show = (next: object) => go(desk, `${routes.devices}${listSearch({ ...list, ...next })}`, { replace: true })
  return (
    <div class="device-filters">
      <input
        type="search"
        aria-label={words.text('find')}
        placeholder={words.text('find')}
        value={list.find ?? ''}
        onInput={(event) => show({ find: event.currentTarget.value || undefined })}
      />
      <fieldset class="chips" aria-label={words.text('filters')}>
        <button type="button" aria-pressed={list.trouble === undefined} onClick={() => show({ trouble: undefined })}>
          {words.text('allOf', { n: totals?.devices ?? '–' })}
        </button>
        {deviceTroubles.map((trouble) => (
          <button
            key={trouble}
            type="button"
            aria-pressed={list.trouble === trouble}
            onClick={() => show({ trouble: list.trouble === trouble ? undefined : trouble })}
          >
            {choices.troubles[trouble]} <b>{words.number(countOf(trouble) ?? 0)}</b>
          </button>
        ))}
      </fieldset>
      <label class="sort">
        <span>{words.text('sort')}</span>
        <select
          value={list.sort ?? 'id'}
          onChange={(event) =>
            show({ sort: event.currentTarget.value === 'id' ? undefined : event.currentTarget.value })
          }
        >
          {deviceSorts.map((sort) => (
            <option key={sort} value={sort}>
              {choices.sorts[sort]}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

interface DeviceTableProps {
  readonly devices: readonly Device[]
  readonly chosen: ReadonlySet<string>
  toggle(id: string): void
}

function DeviceTable({ devices, chosen, toggle }: DeviceTableProps) {
  const { now } = useDesk()
  const { words } = useDevicesWords()
  return (
    <Table
      label={words.text('devices')}
      rows={devices}
      keyOf={({ source, id }) => `${source} ${id}`}
      chosen={({ id }) => chosen.has(id)}
      columns={[
        {
          name: words.text('device'),
          cell: ({ id, source }) => (
            <span class="device-name">
              <input
                type="checkbox"
                aria-label={words.text('choose', { id })}
                checked={chosen.has(id)}
                onChange={() => toggle(id)}
              />
              <a href={`${routes.devices}/${encodeURIComponent(id)}?source=${encodeURIComponent(source)}`}>
                <code>
                  <bdi>{id}</bdi>
                </code>
              </a>
            </span>
          ),
        },
        { name: words.text('model'), class: 'wide-only', cell: ({ model }) => model ?? '' },
        { name: words.text('bay'), cell: ({ bay }) => bay && <BayLink bay={bay} /> },
        { name: words.text('state'), cell: (device) => presenceWord(words, device) },
        {
          name: words.text('heard'),
          cell: ({ arrived, promise_s }) =>
            `${words.ago(now.value - Date.parse(arrived))} / ${words.span(promise_s * 1_000)}`,
        },
        { name: words.text('battery'), class: 'wide-only', cell: (device) => batteryWord(words, device) ?? '' },
        { name: words.text('source'), class: 'wide-only', cell: ({ source }) => source },
        { name: words.text('trouble'), cell: (device) => <Troubles of={device} /> },
      ]}
    />
  )
}
