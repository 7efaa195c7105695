/** The inbox: messages that no decoder reads, with the candidates and what each would make of them; and devices without a bay. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Panel } from '../live/panel.tsx'
import { presenceWord } from '../live/reading.ts'
import { AssignForm } from './assign-form.tsx'
import { AssignLines } from './assign-lines.tsx'
import { DevicesHead } from './devices-head.tsx'
import { useDevicesWords } from './devices-words.ts'
import { SenderPart } from './sender-part.tsx'

const pollMs = 3_000
const shownMax = 200

export function DeviceInbox() {
  const { words } = useDevicesWords()
  const again = useSignal(0)
  const done = useSignal('')
  const totals = useFetched(requestOf('GET /api/v1/device-totals'), pollMs, again.value).value.value
  const found = useFetched(requestOf('GET /api/v1/inbox'), pollMs, again.value).value
  const senders = found.value?.senders ?? []
  return (
    <>
      <DevicesHead totals={totals} />
      <p role="status">{done.value}</p>
      <Panel title={words.text('undecodedTitle')} of={found} freshMs={pollMs * 3}>
        {found.value && senders.length === 0 && <p class="quiet">{words.text('undecodedNone')}</p>}
        {senders.map((sender) => (
          <SenderPart
            key={`${sender.source} ${sender.device}`}
            sender={sender}
            decoders={found.value?.decoders ?? []}
            done={(requeued) => {
              done.value = words.count('decoderUsed', requeued)
              again.value++
            }}
          />
        ))}
      </Panel>
      <Unassigned again={again.value} changed={() => again.value++} />
    </>
  )
}

function Unassigned({ again, changed }: { again: number; changed(): void }) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const many = useSignal(false)
  const query = { unassigned: 'true', limit: shownMax } as const
  const found = useFetched(requestOf('GET /api/v1/devices', { query }), pollMs, again).value
  const devices = found.value?.items ?? []
  const ids = devices.map(({ id }) => id)
  return (
    <>
      <Panel title={words.text('decodedTitle')} of={found} freshMs={pollMs * 3}>
        {found.value && devices.length === 0 && <p class="quiet">{words.text('decodedNone')}</p>}
        {devices.length > 0 && (
          <p class="ways">
            {may(desk, 'layout') && (
              <a class="button main" href={`${routes.layout}?sensors=${ids.map(encodeURIComponent).join(',')}`}>
                {words.text('makeBays')}
              </a>
            )}
            {may(desk, 'operate') ? (
              <button type="button" aria-expanded={many.value} onClick={() => (many.value = !many.value)}>
                {words.text('assignChosen')}
              </button>
            ) : (
              <span class="quiet">{words.text('needOperator')}</span>
            )}
          </p>
        )}
        {devices.length > 0 && <Waiting devices={devices} changed={changed} />}
      </Panel>
      {many.value && <AssignLines devices={ids} close={() => (many.value = false)} done={changed} />}
    </>
  )
}

function Waiting({ devices, changed }: { devices: readonly Device[]; changed(): void }) {
  const desk = useDesk()
  const { now } = desk
  const { words } = useDevicesWords()
  const open = useSignal<string | undefined>(undefined)
  return (
    <Table
      label={words.text('decodedTitle')}
      rows={devices}
      keyOf={({ source, id }) => `${source} ${id}`}
      below={({ id }) =>
        open.value === id ? <AssignForm device={id} done={changed} cancel={() => (open.value = undefined)} /> : null
      }
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
        { name: words.text('state'), cell: (device) => presenceWord(words, device) },
        { name: words.text('lastWord'), cell: ({ arrived }) => words.ago(now.value - Date.parse(arrived)) },
        { name: words.text('source'), class: 'wide-only', cell: ({ source }) => source },
        ...(may(desk, 'operate')
          ? [
              {
                name: words.text('actions'),
                cell: ({ id }: Device) => (
                  <button
                    type="button"
                    aria-expanded={open.value === id}
                    aria-label={words.text('assignOf', { id })}
                    onClick={() => (open.value = open.value === id ? undefined : id)}
                  >
                    {words.text('assign')}
                  </button>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}
