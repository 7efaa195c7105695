/** What a sign has shown, newest first; fetched only when it is opened. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { SignChangeOnWire, SignOnWire } from '@baykeeper/contract/sign.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'
import { useSignWords } from './sign-words.ts'

const pollMs = 10_000
const onPage = 20
const most = 500

export function SignHistory({ sign }: { readonly sign: SignOnWire }) {
  const words = useSignWords()
  const open = useSignal(false)
  return (
    <details
      class="last-day"
      onToggle={(event) => {
        open.value = event.currentTarget.open
      }}
    >
      <summary>{words.text('signHistory')}</summary>
      {open.value && <List sign={sign} />}
    </details>
  )
}

function List({ sign: { id, since } }: { readonly sign: SignOnWire }) {
  const words = useSignWords()
  const limit = useSignal(onPage)
  const request = requestOf('GET /api/v1/signs/{id}/history', { params: { id }, query: { limit: limit.value } })
  const { value, failed } = useFetched(request, pollMs, since === null ? 0 : Date.parse(since)).value
  if (!value) return <p class="quiet">{words.text(failed ? 'failedNothing' : 'loading')}</p>
  if (value.items.length === 0) return <p class="quiet">{words.text('signHistoryNone')}</p>
  return (
    <>
      <ol class="count-trail">
        {value.items.map((change) => (
          <li key={change.number}>
            <Change change={change} />
          </li>
        ))}
      </ol>
      {value.next !== null && limit.value < most && (
        <button
          type="button"
          onClick={() => {
            limit.value = Math.min(most, limit.value * 5)
          }}
        >
          {words.text('signOlder')}
        </button>
      )}
    </>
  )
}

function Change({ change: { at, show, value, reason, author, comment } }: { readonly change: SignChangeOnWire }) {
  const words = useSignWords()
  const { zone } = useDesk()
  return (
    <>
      <time dateTime={at}>{words.moment(Date.parse(at), zone.value)}</time>{' '}
      <b>{show === 'number' ? words.number(value ?? 0) : words.text(`mode_${show}`)}</b>{' '}
      {words.text(`reason_${reason}`)}
      {author !== null && (
        <small>
          <bdi>{author}</bdi>
          {comment !== '' && (
            <>
              : <bdi>{comment}</bdi>
            </>
          )}
        </small>
      )}
    </>
  )
}
