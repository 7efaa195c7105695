/** One dead letter: why it was not decoded, all its bytes, and two actions: retry, or discard with a reason. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { DeadLetter, WholeDeadLetter } from '@baykeeper/contract/ledger.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { Sheet } from '../live/sheet.tsx'
import { codeName } from './code-words.ts'
import { bytesOf, hexLines } from './hex.ts'
import { type PipelineWords, usePipelineWords } from './pipeline-words.ts'

const pollMs = 5_000
/** More than this is for a tool, not for a drawer: it can be saved. */
const shownBytesMax = 8_192
const reasonCharsMin = 3
const reasonCharsMax = 400

interface DrawerProps {
  readonly id: string
  /** As the list has it; the whole one is fetched. */
  readonly listed: DeadLetter | undefined
  /** Something of it is being done. */
  readonly busy: boolean
  /** The reader may retry and discard dead letters. */
  readonly mayAct: boolean
  requeue(): void
  discard(reason: string): void
  close(): void
}

export function DeadLetterDrawer({ id, listed, busy, mayAct, requeue, discard, close }: DrawerProps) {
  const words = usePipelineWords()
  const fetched = useFetched(requestOf('GET /api/v1/dead-letters/{id}', { params: { id } }), pollMs).value
  const letter: DeadLetter | undefined = fetched.value ?? listed
  const gone = fetched.failed && (fetched.status === 404 || fetched.status === 410) && listed === undefined
  return (
    <Sheet title={words.text('letter', { id })} onClose={close}>
      {gone && <p class="banner warn">{words.text(fetched.status === 410 ? 'letterDiscarded' : 'letterGone')}</p>}
      {!letter && !gone && <p class="quiet">{fetched.failed ? words.text('failedNothing') : words.text('loading')}</p>}
      {letter && !gone && (
        <>
          <p class="letter-why">
            <b>{codeName(words, letter.code)}:</b> {letter.detail}
          </p>
          <Ways letter={letter} busy={busy} mayAct={mayAct} requeue={requeue} discard={discard} />
          <Facts letter={letter} head={fetched.value?.head} />
          <Bytes letter={letter} />
        </>
      )}
    </Sheet>
  )
}

function Ways({
  letter,
  busy,
  mayAct,
  requeue,
  discard,
}: { letter: DeadLetter } & Pick<DrawerProps, 'busy' | 'mayAct' | 'requeue' | 'discard'>) {
  const words = usePipelineWords()
  const asking = useSignal(false)
  const reason = useSignal('')
  const short = useSignal(false)
  if (!mayAct) return <p class="quiet">{words.text('mayNotDead')}</p>
  if (letter.state === 'requeued') return <p class="quiet">{words.text('letterWaits')}</p>
  if (!asking.value)
    return (
      <p class="ways">
        <button type="button" class="main" aria-disabled={busy} onClick={() => busy || requeue()}>
          {words.text('requeue')}
        </button>
        <button
          type="button"
          aria-disabled={busy}
          onClick={() => {
            asking.value = true
          }}
        >
          {words.text('discard')} …
        </button>
      </p>
    )
  return (
    <form
      class="give-up"
      onSubmit={(event) => {
        event.preventDefault()
        const text = reason.value.trim()
        short.value = text.length < reasonCharsMin
        if (!short.value && !busy) discard(text)
      }}
    >
      <h3>{words.text('discardTitle')}</h3>
      <p class="quiet">{words.text('discardText')}</p>
      <label>
        <span>{words.text('discardReason')}</span>
        <textarea
          // biome-ignore lint/a11y/noAutofocus: the form was opened to type here
          autoFocus
          rows={2}
          maxLength={reasonCharsMax}
          aria-invalid={short.value}
          aria-describedby="reason-short"
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value
            short.value = false
          }}
        />
      </label>
      <p id="reason-short" class="alert" role="alert">
        {short.value && words.text('discardShort')}
      </p>
      <p class="ways">
        <button type="submit" class="main" aria-disabled={busy}>
          {words.text('discard')}
        </button>
        <button
          type="button"
          onClick={() => {
            asking.value = false
          }}
        >
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}

function Facts({ letter, head }: { letter: DeadLetter; head: WholeDeadLetter['head'] | undefined }) {
  const words = usePipelineWords()
  const { zone, now } = useDesk()
  const arrived = Date.parse(letter.arrived)
  const rows: [string, ComponentChildren][] = [
    [words.text('arrived'), `${words.moment(arrived, zone.value)} · ${words.ago(now.value - arrived)}`],
    [words.text('source'), letter.source],
    [words.text('codec'), letter.codec],
    [words.text('state'), letterState(words, letter)],
    ...headFacts(head).map(([name, value]): [string, ComponentChildren] => [name, <code key={name}>{value}</code>]),
  ]
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Metadata of the transport besides source and codec, flattened: `meta.topic`. */
function headFacts(head: Readonly<Record<string, unknown>> = {}, before = ''): [string, string][] {
  return Object.entries(head).flatMap(([name, value]): [string, string][] => {
    if (before === '' && (name === 'source' || name === 'codec')) return []
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return headFacts(value as Readonly<Record<string, unknown>>, `${before}${name}.`)
    return [[before + name, typeof value === 'string' ? value : JSON.stringify(value)]]
  })
}

export const letterState = (words: PipelineWords, { state }: DeadLetter): string =>
  words.text(state === 'new' ? 'letterNew' : 'letterRequeued')

function Bytes({ letter }: { letter: DeadLetter }) {
  const words = usePipelineWords()
  const bytes = bytesOf(letter.bytes)
  const shown = bytes.subarray(0, shownBytesMax)
  const file = useSignal('')
  useEffect(() => {
    file.value = URL.createObjectURL(new Blob([bytesOf(letter.bytes) as BlobPart]))
    return () => URL.revokeObjectURL(file.value)
  }, [letter.bytes, file])
  return (
    <>
      <h3>
        {words.text('bytes')} <small>{words.count('bytesN', letter.size)}</small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <section class="hex" tabIndex={0} aria-label={words.text('bytesTable')}>
        <pre>{hexLines(shown).join('\n')}</pre>
      </section>
      {shown.length < letter.size && <p class="quiet">{words.text('bytesCut', { n: shown.length })}</p>}
      <p class="ways">
        <a class="button" href={file.value} download={`dead-letter-${letter.id}.bin`}>
          {words.text('bytesSave')}
        </a>
      </p>
    </>
  )
}
