/** Batteries to be replaced, the soonest first. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { batteryForecastText } from './battery-words.ts'
import { BayLink } from './device-parts.tsx'
import { DevicesHead } from './devices-head.tsx'
import { useDevicesWords } from './devices-words.ts'

const pollMs = 300_000

export function BatteriesPage() {
  const { now } = useDesk()
  const { words } = useDevicesWords()
  const soon = useSignal(false)
  const totals = useFetched(requestOf('GET /api/v1/device-totals'), pollMs).value.value
  const query = soon.value ? ({ soon: 'true' } as const) : {}
  const found = useFetched(requestOf('GET /api/v1/battery-forecasts', { query }), pollMs).value
  const items = found.value?.items ?? []
  return (
    <>
      <DevicesHead totals={totals} />
      <fieldset class="chips" aria-label={words.text('filters')}>
        <button type="button" aria-pressed={soon.value} onClick={() => (soon.value = !soon.value)}>
          {words.text('batterySoon')}
        </button>
      </fieldset>
      <Panel title={words.text('batteries')} of={found} freshMs={pollMs * 3}>
        <p class="quiet">{words.text('batteriesHint')}</p>
        {found.value && items.length === 0 && (
          <p class="quiet">{words.text(soon.value ? 'batterySoonNone' : 'batteryNone')}</p>
        )}
        {items.length > 0 && (
          <Table
            label={words.text('batteries')}
            rows={items}
            keyOf={({ source, device }) => `${source} ${device}`}
            columns={[
              {
                name: words.text('device'),
                cell: ({ device, source }) => (
                  <a href={`${routes.devices}/${encodeURIComponent(device)}?source=${encodeURIComponent(source)}`}>
                    <code>
                      <bdi>{device}</bdi>
                    </code>
                  </a>
                ),
              },
              { name: words.text('bay'), cell: ({ bay }) => bay && <BayLink bay={bay} /> },
              { name: words.text('model'), class: 'wide-only', cell: ({ model }) => model ?? '' },
              {
                name: words.text('battery'),
                cell: ({ level_pct: level }) => (level === null ? '–' : `${words.number(level, 0)} %`),
              },
              { name: words.text('replace'), cell: (row) => batteryForecastText(words, row, now.value) },
            ]}
          />
        )}
      </Panel>
    </>
  )
}
