/** One sender that no decoder reads: its bytes, the candidates, and what the chosen one would make of them. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Inbox } from '@baykeeper/contract/inbox.ts'
import { type Signal, useSignal } from '@preact/signals'
import { Table } from '../../kit/table.tsx'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { presenceWord } from '../live/reading.ts'
import { useDevicesWords } from './devices-words.ts'

type Sender = Inbox['senders'][number]

interface SenderProps {
  readonly sender: Sender
  readonly decoders: readonly string[]
  done(requeued: number): void
}

export function SenderPart({ sender, decoders, done }: SenderProps) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  // Chosen beforehand only where the network server names the model.
  const chosen = useSignal(sender.candidates.find(({ named }) => named)?.decoder ?? '')
  const why = useSignal('')
  const { source, device, messages, candidates } = sender
  const use = async () => {
    const body = { source, device, decoder: chosen.value }
    const sent = await act(words, requestOf('POST /api/v1/inbox/decoder', { body }))
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done(sent.value.requeued)
  }
  const tag = candidates.some(({ named }) => named)
    ? words.text('modelNamed')
    : candidates.length === 0
      ? words.text('noCandidate')
      : words.count('candidates', candidates.length)
  return (
    <article class="sender" aria-label={device}>
      <h3>
        <code>
          <bdi>{device}</bdi>
        </code>{' '}
        <span class="tag">{tag}</span>
      </h3>
      <p class="quiet">
        {words.count('senderCount', messages)} · {source} · {words.ago(desk.now.value - Date.parse(sender.last))}
      </p>
      <Candidates sender={sender} decoders={decoders} chosen={chosen} />
      <Preview sender={sender} decoder={chosen.value} />
      {may(desk, 'devices') ? (
        <button
          type="button"
          class="main"
          aria-disabled={chosen.value === ''}
          onClick={() => chosen.value && void use()}
        >
          {words.text('useDecoder')}
        </button>
      ) : (
        <p class="quiet">{words.text('needEngineer')}</p>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </article>
  )
}

interface CandidatesProps {
  readonly sender: Sender
  readonly decoders: readonly string[]
  readonly chosen: Signal<string>
}

function Candidates({ sender: { device, messages, candidates }, decoders, chosen }: CandidatesProps) {
  const { words } = useDevicesWords()
  const others = decoders.filter((name) => candidates.every(({ decoder }) => decoder !== name))
  return (
    <fieldset class="candidates">
      <legend>{words.text('whichDecoder')}</legend>
      {candidates.map(({ decoder, decodes, named }) => (
        <label key={decoder}>
          <input
            type="radio"
            name={`decoder ${device}`}
            checked={chosen.value === decoder}
            onChange={() => (chosen.value = decoder)}
          />
          <span>
            <b>{decoder}</b> · {words.text('decodesOf', { n: decodes, all: messages })} ·{' '}
            {words.text(named ? 'namedByNetwork' : 'acceptsBytes')}
          </span>
        </label>
      ))}
      <label>
        <span>{words.text('otherDecoder')}</span>
        <select
          value={others.includes(chosen.value) ? chosen.value : ''}
          onChange={(event) => (chosen.value = event.currentTarget.value)}
        >
          <option value="">–</option>
          {others.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  )
}

function Preview({ sender: { newest, candidates }, decoder }: { sender: Sender; decoder: string }) {
  const { zone } = useDesk()
  const { words } = useDevicesWords()
  const readings = new Map(
    candidates.find((each) => each.decoder === decoder)?.readings.map((reading) => [reading.message, reading]),
  )
  const title = decoder === '' ? words.text('rawBytes') : words.text('preview', { decoder })
  const hex = (bytes: string) => bytes.replaceAll(/(..)(?=.)/g, '$1 ')
  return (
    <>
      <h4>{title}</h4>
      {decoder !== '' && readings.size === 0 && <p class="quiet">{words.text('previewNone')}</p>}
      <Table
        label={title}
        rows={newest}
        keyOf={({ message }) => message}
        columns={[
          { name: words.text('arrived'), cell: ({ arrived }) => words.moment(Date.parse(arrived), zone.value) },
          {
            name: words.text('bytes'),
            cell: ({ bytes, port }) => (
              <>
                <code class="raw">{hex(bytes)}</code>{' '}
                <small>{port === null ? words.text('rawNoPort') : words.text('rawPort', { port })}</small>
              </>
            ),
          },
          {
            name: words.text('bayWouldBe'),
            cell: ({ message }) => {
              const reading = readings.get(message)
              return reading ? presenceWord(words, { occupied: reading.occupied, ...reading.measures }) : '–'
            },
          },
          {
            name: words.text('measured'),
            cell: ({ message }) =>
              Object.entries(readings.get(message)?.measures ?? {})
                .map(([name, value]) => `${name} ${words.number(value, Number.isInteger(value) ? 0 : 2)}`)
                .join(' · '),
          },
        ]}
      />
    </>
  )
}
