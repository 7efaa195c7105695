/** Alerts that were open at a past moment, and what has become of them since. Nothing is done here: that is for the present. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { useAlertsWords } from './alerts-words.ts'
import { rowsMax } from './board.ts'
import { SeverityMark } from './severity-mark.tsx'

const pollMs = 60_000

export function AlertsThen({ at }: { at: number }) {
  const { zone } = useDesk()
  const words = useAlertsWords()
  const query = { group: 'all', at: new Date(at).toISOString(), limit: rowsMax, sort: 'severity' } as const
  const found = useFetched(requestOf('GET /api/v1/alerts', { query }), pollMs).value
  const items = found.value?.items ?? []
  const time = (text: string) => words.dayMinute(Date.parse(text), zone.value)
  const since = ({ closed, cleared, state }: Alert) =>
    closed !== null
      ? words.text('thenClosed', { time: time(closed) })
      : cleared !== null
        ? words.text('thenCleared', { time: time(cleared) })
        : words.text(state)
  return (
    <Panel title={words.text('thenTitle', { time: words.dayMinute(at, zone.value) })} of={found} freshMs={pollMs * 3}>
      {found.value && items.length === 0 && <p>{words.text('thenNone')}</p>}
      {found.value?.next && <p class="quiet">{words.text('thenMore', { n: rowsMax })}</p>}
      {items.length > 0 && (
        <Table
          label={words.text('alerts')}
          rows={items}
          keyOf={({ id }) => id}
          columns={[
            {
              name: words.text('alerts'),
              cell: (alert) => (
                <span class="then-title">
                  <SeverityMark severity={alert.severity} /> {words.ofRule(alert.title)}
                </span>
              ),
            },
            { name: words.text('thenPlace'), cell: ({ subject_id }) => <bdi>{subject_id}</bdi> },
            { name: words.text('thenRaised'), cell: ({ raised }) => time(raised) },
            { name: words.text('thenNow'), cell: since },
          ]}
        />
      )}
    </Panel>
  )
}
