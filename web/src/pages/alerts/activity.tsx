/** What has happened to an alert, newest first as the server has it, and the comment box below. */
import type { AlertDetail, AlertEventOnWire } from '@baykeeper/contract/alerts.ts'
import { useSignal } from '@preact/signals'
import { reasonCharsMax } from './alert-forms.tsx'
import type { Board } from './board.ts'

export function Activity({ board: { words, desk }, alert }: { board: Board; alert: AlertDetail }) {
  const { zone } = desk
  // What a person wrote stays as it is.
  const textOf = ({ author, text }: AlertEventOnWire) => (author === null ? words.sentence(text, zone.value) : text)
  return (
    <>
      <h3>{words.text('activity')}</h3>
      <ol class="activity">
        {alert.events.map((event, i) => (
          <li
            key={`${event.at} ${event.event} ${i}`}
            class={event.event === 'raised' || event.event === 'reopened' ? alert.severity : ''}
          >
            <time dateTime={event.at}>{words.dayMinute(Date.parse(event.at), zone.value)}</time>
            <div class={event.event === 'commented' ? 'comment' : ''}>
              <b>{words.text(`event_${event.event}`, { author: event.author ?? words.text('theServer') })}</b>
              {isShown(event, alert) && <bdi>{textOf(event)}</bdi>}
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The sentence of the alert stands above already. */
const isShown = ({ event, text }: AlertEventOnWire, alert: AlertDetail) =>
  text !== '' && (event === 'commented' || text !== alert.text)

export function CommentBox({ board, id }: { board: Board; id: string }) {
  const { words, busy, stale } = board
  const text = useSignal('')
  const missing = useSignal(false)
  const send = async () => {
    missing.value = text.value.trim() === ''
    if (missing.value) return
    if (await board.act({ action: 'comment', alerts: [id], reason: text.value.trim() })) text.value = ''
  }
  return (
    <form
      class="comment-box"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <input
        id="alert-comment"
        type="text"
        maxLength={reasonCharsMax}
        placeholder={words.text('commentHint')}
        aria-label={words.text('comment')}
        aria-invalid={missing.value}
        aria-keyshortcuts="N"
        title={missing.value ? words.text('textNeeded') : undefined}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value
          missing.value = false
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          event.currentTarget.blur()
        }}
      />
      <button type="submit" disabled={busy.value || stale}>
        {words.text('send')}
      </button>
    </form>
  )
}
