/** Devices at a past moment: the state that the bay of each had then. What a device itself was is in its readings. */
import type { Device } from '@baykeeper/contract/device.ts'
import { Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { BayLink } from './device-parts.tsx'
import { useDevicesWords } from './devices-words.ts'

export function DevicesThen({ devices }: { devices: readonly Device[] }) {
  const { past, zone } = useDesk()
  const { words } = useDevicesWords()
  const then = past.value
  if (!then) return <p class="quiet">{words.text('loading')} …</p>
  const states = new Map(then.state.bays.map((bay) => [bay.id, bay]))
  const bayThen = ({ bay }: Device) => (bay === null ? undefined : states.get(bay))
  return (
    <Table
      label={words.text('devices')}
      rows={devices}
      keyOf={({ source, id }) => `${source} ${id}`}
      columns={[
        {
          name: words.text('device'),
          cell: ({ id, source }) => (
            <a href={`${routes.devices}/${encodeURIComponent(id)}?source=${encodeURIComponent(source)}`}>
              <code>
                <bdi>{id}</bdi>
              </code>
            </a>
          ),
        },
        { name: words.text('thenBay'), cell: ({ bay }) => bay && <BayLink bay={bay} /> },
        {
          name: words.text('thenState'),
          cell: (device) =>
            Date.parse(device.first_arrived) > then.at
              ? words.text('thenUnheard')
              : words.text(bayThen(device)?.state ?? 'unknown'),
        },
        {
          name: words.text('thenSince'),
          cell: (device) => {
            const since = bayThen(device)?.since
            return since ? words.dayMinute(Date.parse(since), zone.value) : '–'
          },
        },
      ]}
    />
  )
}
