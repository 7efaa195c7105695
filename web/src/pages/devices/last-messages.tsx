/** The newest readings of a device, each with its raw bytes on demand. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device, StoredReading } from '@baykeeper/contract/device.ts'
import { useSignal } from '@preact/signals'
import { api } from '../../kit/api.ts'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { may, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { markNames, presenceWord } from '../live/reading.ts'
import { useDevicesWords } from './devices-words.ts'

const shownMax = 20
/** Readings come oldest first: the last hours are asked for, and the newest are kept. */
const spanMs = 24 * 3_600_000
const askedMax = 1_000

export function LastMessages({ device }: { device: Device }) {
  const desk = useDesk()
  const { zone, moment } = desk
  const { words } = useDevicesWords()
  const until = moment.value ?? Date.parse(device.time)
  const from = new Date(until - spanMs).toISOString()
  const to = moment.value === undefined ? undefined : new Date(moment.value).toISOString()
  const query = { source: device.source, limit: askedMax, from, to }
  const request = requestOf('GET /api/v1/devices/{id}/readings', { params: { id: device.id }, query })
  const found = useFetched(request, 60_000).value
  const rows = (found.value?.items ?? []).slice(-shownMax).reverse()
  return (
    <Panel title={words.text('messages')} of={found} freshMs={180_000}>
      {found.value && rows.length === 0 ? (
        <p class="quiet">{words.text('noReadings')}</p>
      ) : (
        <Table
          label={words.text('messages')}
          rows={rows}
          keyOf={({ id }) => id}
          columns={[
            { name: words.text('arrived'), cell: (row) => words.moment(Date.parse(row.arrived), zone.value) },
            { name: words.text('state'), cell: (row) => presenceWord(words, row) },
            { name: '#', figure: true, cell: ({ seq }) => seq ?? '' },
            {
              name: words.text('reason'),
              cell: ({ quality }) => quality.map((mark) => words.text(markNames[mark])).join(', '),
            },
            ...(may(desk, 'operate')
              ? [{ name: words.text('raw'), cell: (row: StoredReading) => <Raw of={row} /> }]
              : []),
          ]}
        />
      )}
    </Panel>
  )
}

function Raw({ of: { id } }: { of: StoredReading }) {
  const { words } = useDevicesWords()
  const text = useSignal<string | undefined>(undefined)
  const show = async () => {
    try {
      const answer = await api.answer('GET /api/v1/readings/{id}/raw', { params: { id } })
      text.value = answer.ok ? printable(new Uint8Array(await answer.arrayBuffer())) : words.text('rawGone')
    } catch {
      text.value = words.text('noAnswer')
    }
  }
  if (text.value !== undefined) return <code class="raw">{text.value}</code>
  return (
    <button type="button" class="link" onClick={() => void show()}>
      {words.text('showRaw')}
    </button>
  )
}

/** Text as it is, other bytes in hex. */
function printable(bytes: Uint8Array): string {
  const isText = bytes.every((byte) => byte === 9 || byte === 10 || (byte >= 32 && byte < 127))
  return isText
    ? new TextDecoder().decode(bytes)
    : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
