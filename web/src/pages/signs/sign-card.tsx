/** One sign: its face, why it shows that, what it counts, its mode and its history. */
import type { SignOnWire } from '@baykeeper/contract/sign.ts'
import { useSignal } from '@preact/signals'
import { useDesk } from '../../shell/desk.ts'
import { SignHistory } from './sign-history.tsx'
import { ModeForm } from './sign-mode.tsx'
import { useSignWords } from './sign-words.ts'

/** `changed`: called when the server has changed it. */
export function SignCard({ sign, changed }: { readonly sign: SignOnWire; changed(): void }) {
  const words = useSignWords()
  const { zone } = useDesk()
  const { name, show, text, reason, since, capacity, free, coverage, age_s: age } = sign
  const time = (at: string) => words.dayMinute(Date.parse(at), zone.value)
  const isDoubted = show === 'blank' && reason !== 'mode'
  return (
    <>
      <div class="row">
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <Face show={show} text={text} />
      </div>
      <p class={isDoubted ? 'banner warn' : ''}>
        {words.text(`reason_${reason}`)}
        {since !== null && ` · ${words.text('signSince', { time: time(since) })}`}
      </p>
      <p class="quiet">
        {[
          capacity > 0 &&
            (free === null
              ? words.text('signPlacesOld', { capacity })
              : words.text('signPlaces', { free, capacity, coverage: words.percent(coverage ?? 0) })),
          age === null
            ? words.text('signAgeUnknown')
            : words.text('signAge', { age: words.span(Math.abs(age) * 1_000) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Mode sign={sign} time={time} changed={changed} />
      <SignHistory sign={sign} />
    </>
  )
}

/** As a driver sees it; a blank one is named for those who cannot see it. */
function Face({ show, text }: Pick<SignOnWire, 'show' | 'text'>) {
  const words = useSignWords()
  return (
    <span class={`sign-face ${show}`}>
      <span class="unseen">{words.text('signShows')} </span>
      {text === '' ? <span class="quiet">{words.text('signBlank')}</span> : <bdi>{text}</bdi>}
    </span>
  )
}

interface ModeProps {
  readonly sign: SignOnWire
  time(at: string): string
  changed(): void
}

function Mode({ sign, time, changed }: ModeProps) {
  const words = useSignWords()
  const asking = useSignal(false)
  const why = useSignal('')
  const { mode, mode_until: until, mode_author: author, mode_reason: reason, name } = sign
  const done = (failed: string | undefined) => {
    why.value = failed ?? ''
    if (failed !== undefined) return
    asking.value = false
    changed()
  }
  return (
    <div class="bay-actions">
      {mode !== 'auto' && (
        <p class="banner override">
          <b>{words.text(`mode_${mode}`)}</b>
          {until !== null && ` ${words.text('signUntil', { time: time(until) })}`}
          {author !== null && <small> {words.text('signBy', { author, reason })}</small>}
        </p>
      )}
      {asking.value ? (
        <ModeForm
          sign={sign}
          done={done}
          cancel={() => {
            why.value = ''
            asking.value = false
          }}
        />
      ) : (
        <button
          type="button"
          aria-label={words.text('signChangeOf', { name })}
          onClick={() => {
            asking.value = true
          }}
        >
          {words.text('signChange')} …
        </button>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </div>
  )
}
