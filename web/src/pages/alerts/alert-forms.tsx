/** Forms of the actions that need more than a key: shelve, assign, take out of service. One is open at a time; its button names the result. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Board } from './board.ts'
import { localText, nextMorning, wallClock } from './site-time.ts'

export const reasonCharsMax = 500
const minuteMs = 60_000
const shelveMsMax = 7 * 24 * 60 * minuteMs

export function AlertForm({ board }: { board: Board }) {
  const { form } = board
  if (form.value === 'shelve') return <ShelveForm board={board} />
  if (form.value === 'assign') return <AssignForm board={board} />
  return form.value === 'out-of-service' ? <OutForm board={board} /> : null
}

type Pick = 'halfHour' | 'twoHours' | 'tomorrow' | 'choose'
const picks: readonly Pick[] = ['halfHour', 'twoHours', 'tomorrow', 'choose']

function ShelveForm({ board }: { board: Board }) {
  const { words, desk } = board
  const zone = desk.zone.value
  const pick = useSignal<Pick>('halfHour')
  const own = useSignal(localText(desk.now.peek() + 60 * minuteMs, zone))
  const reason = useSignal('')
  const missing = useSignal(false)
  const n = board.targets().length
  const now = desk.now.value
  const until =
    pick.value === 'halfHour'
      ? now + 30 * minuteMs
      : pick.value === 'twoHours'
        ? now + 120 * minuteMs
        : pick.value === 'tomorrow'
          ? nextMorning(now, zone)
          : wallClock(own.value, zone)
  const isLate = until === undefined || until <= now || until > now + shelveMsMax
  const time = isLate
    ? '…'
    : until - now < 12 * 60 * minuteMs
      ? words.minute(until, zone)
      : words.dayMinute(until, zone)
  const send = () => {
    missing.value = reason.value.trim() === ''
    if (missing.value || isLate) return
    void board.act({
      ...{ action: 'shelve', alerts: board.targets() },
      ...{ until: new Date(until).toISOString(), reason: reason.value.trim() },
    })
  }
  return (
    <Form
      board={board}
      label={words.text('shelve')}
      send={send}
      button={words.count('shelveUntil', n).replace('{time}', time)}
    >
      <p class="quiet">{words.count('shelveHides', n)}</p>
      <fieldset class="picks">
        <legend>{words.text('untilLabel')}</legend>
        {picks.map((one, i) => (
          <label key={one}>
            <input
              type="radio"
              name="until"
              // biome-ignore lint/a11y/noAutofocus: the form was opened to choose here
              autoFocus={i === 0}
              checked={pick.value === one}
              onChange={() => {
                pick.value = one
              }}
            />
            {words.text(one)}
          </label>
        ))}
      </fieldset>
      {pick.value === 'choose' && (
        <label>
          <span>{words.text('untilTimeLabel')}</span>
          <input
            type="datetime-local"
            min={localText(now, zone)}
            max={localText(now + shelveMsMax, zone)}
            value={own.value}
            aria-invalid={isLate}
            onInput={(event) => {
              own.value = event.currentTarget.value
            }}
          />
        </label>
      )}
      {isLate && (
        <p class="alert" role="alert">
          {words.text('untilWrong')}
        </p>
      )}
      <Reason board={board} reason={reason} missing={missing} />
    </Form>
  )
}

function AssignForm({ board }: { board: Board }) {
  const { words, desk, listing, current } = board
  const owner = listing.value.rows.find(({ alert }) => alert.id === current.value)?.alert.owner
  const name = useSignal(owner ?? '')
  const me = desk.config.reader?.name
  const known = [...new Set(listing.value.rows.flatMap(({ alert }) => alert.owner ?? []))]
  const send = (to: string) =>
    void board.act({ action: 'assign', alerts: board.targets(), owner: to.trim() === '' ? null : to.trim() })
  const chosen = name.value.trim()
  return (
    <Form
      board={board}
      label={words.text('assign')}
      send={() => send(name.value)}
      button={chosen === '' ? words.text('unassign') : words.text('assignTo', { name: chosen })}
    >
      <label>
        <span>{words.text('assignName')}</span>
        <input
          type="text"
          // biome-ignore lint/a11y/noAutofocus: the form was opened to type here
          autoFocus
          maxLength={128}
          list="owners"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value
          }}
        />
      </label>
      <datalist id="owners">
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      {me !== undefined && (
        <p>
          <button type="button" onClick={() => send(me)}>
            {words.text('assignMe')}
          </button>
        </p>
      )}
    </Form>
  )
}

function OutForm({ board }: { board: Board }) {
  const { words } = board
  const reason = useSignal('')
  const missing = useSignal(false)
  const send = () => {
    missing.value = reason.value.trim() === ''
    if (missing.value) return
    void board.act({ action: 'out-of-service', alerts: board.targets(), reason: reason.value.trim() })
  }
  return (
    <Form board={board} label={words.text('outOfService')} send={send} button={words.text('takeOut')}>
      <Reason board={board} reason={reason} missing={missing} focus />
    </Form>
  )
}

interface FormProps {
  readonly board: Board
  readonly label: string
  readonly button: string
  readonly children: ComponentChildren
  send(): void
}

function Form({ board, label, button, children, send }: FormProps) {
  const { words, form, busy, stale } = board
  return (
    <form
      class="bay-actions alert-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        form.value = undefined
      }}
    >
      {children}
      <p class="ways">
        <button type="submit" class="main filled" disabled={busy.value || stale}>
          {button}
        </button>
        <button
          type="button"
          onClick={() => {
            form.value = undefined
          }}
        >
          {words.text('cancel')}
        </button>
      </p>
    </form>
  )
}

interface ReasonProps {
  readonly board: Board
  readonly reason: { value: string }
  readonly missing: { value: boolean }
  readonly focus?: boolean
}

function Reason({ board: { words }, reason, missing, focus = false }: ReasonProps) {
  return (
    <label>
      <span>{words.text('reasonLabel')}</span>
      <input
        type="text"
        // biome-ignore lint/a11y/noAutofocus: the form was opened to type here
        autoFocus={focus}
        maxLength={reasonCharsMax}
        aria-invalid={missing.value}
        aria-describedby="form-reason"
        value={reason.value}
        onInput={(event) => {
          reason.value = event.currentTarget.value
          missing.value = false
        }}
      />
      <span id="form-reason" class="alert" role="alert">
        {missing.value && words.text('reasonNeeded')}
      </span>
    </label>
  )
}
