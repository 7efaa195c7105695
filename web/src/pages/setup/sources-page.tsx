/** Sources: their state, how to connect one, and what came of the newest messages of each. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { SourceMessage } from '@baykeeper/contract/sources.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { presenceWord } from '../live/reading.ts'
import { TestCommand, type Token, TokenForm } from './connect.tsx'
import { useSetupWords, withWords } from './setup-words.ts'
import { SourceTable } from './source-table.tsx'
import '../../kit/parts.css'
import './setup.css'

export const load = (desk: Desk) => withWords(desk, SourcesPage)

const pollMs = 2_000

function SourcesPage() {
  const words = useSetupWords()
  const sources = useFetched(requestOf('GET /api/v1/sources'), pollMs).value
  const listeners = useFetched(requestOf('GET /api/v1/listeners'), pollMs * 5).value
  const token = useSignal<Token | undefined>(undefined)
  const named = useSignal<string | undefined>(undefined)
  const items = sources.value?.items ?? []
  const chosen = named.value ?? items.find(({ accepted }) => accepted > 0)?.name ?? items[0]?.name
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('sources')}</h1>
          <p class="quiet">{words.text('sourcesLead')}</p>
        </div>
      </header>
      <Panel title={words.text('sources')} of={sources} freshMs={pollMs * 4}>
        <SourceTable
          sources={items}
          chosen={chosen}
          choose={(name) => {
            named.value = name
          }}
        />
      </Panel>
      <Panel title={words.text('connect')} of={listeners} freshMs={pollMs * 15}>
        <TokenForm
          made={(made) => {
            token.value = made
            named.value = made.source
          }}
        />
        {listeners.value && <TestCommand listeners={listeners.value.items} token={token.value} device="test-1" />}
      </Panel>
      {chosen !== undefined && <Messages key={chosen} source={chosen} />}
    </>
  )
}

function Messages({ source }: { source: string }) {
  const { zone } = useDesk()
  const words = useSetupWords()
  const onlyProblems = useSignal(false)
  const request = requestOf('GET /api/v1/sources/{name}/messages', { params: { name: source } })
  const found = useFetched(request, pollMs).value
  const all = found.value?.items ?? []
  const shown = onlyProblems.value ? all.filter(({ verdict }) => verdict !== 'accepted') : all
  return (
    <Panel
      title={words.text('messagesOf', { name: source })}
      note={words.text('duplicatesNote')}
      of={found}
      freshMs={pollMs * 4}
      actions={
        <label class="check">
          <input
            type="checkbox"
            checked={onlyProblems.value}
            onChange={({ currentTarget }) => {
              onlyProblems.value = currentTarget.checked
            }}
          />
          <span>{words.text('problemsOnly')}</span>
        </label>
      }
    >
      {found.value && shown.length === 0 && <p>{words.text('messagesNone')}</p>}
      {shown.length > 0 && (
        <Table<SourceMessage>
          label={words.text('messages')}
          keyOf={({ verdict, id }) => `${verdict} ${id}`}
          rows={shown}
          columns={[
            { name: words.text('received'), cell: ({ arrived }) => words.clock(Date.parse(arrived), zone.value) },
            { name: words.text('sensor'), cell: ({ device }) => device ?? '–' },
            { name: words.text('bayColumn'), cell: ({ device, bay }) => bay ?? (device ? words.text('noBay') : '–') },
            {
              name: words.text('verdict'),
              cell: ({ verdict }) => (
                <span class={`chip ${verdict === 'accepted' ? 'ok' : verdict === 'late' ? 'warn' : 'bad'}`}>
                  {words.text(`verdict_${verdict}`)}
                </span>
              ),
            },
            {
              name: words.text('result'),
              cell: (message) =>
                message.verdict === 'not-decoded'
                  ? message.detail
                  : message.occupied === undefined
                    ? words.text('noPresence')
                    : presenceWord(words, { occupied: message.occupied }),
            },
          ]}
        />
      )}
    </Panel>
  )
}
