/** Live, or any past moment: the page then shows the states of that moment, and nothing on it passes for current. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { go, useDesk } from '../../shell/desk.ts'
import { writeMoment } from '../../shell/moment.ts'
import { localInput, momentOf } from './local-input.ts'
import { replayed, speeds } from './replay.ts'
import { useToolsWords } from './tools-words.ts'
import { type PastNote, usePast } from './use-past.ts'

const stepMs = 15 * 60_000
/** Between two moments of a replay. */
const frameMs = 500

export function TimeConductor() {
  const desk = useDesk()
  const words = useToolsWords()
  const { now, zone, moment } = desk
  const note = usePast(desk, words)
  const at = moment.value
  const from = at ?? now.value
  // While the next moment is read, the numbers on the page are those of the one before.
  const shownAt = at === undefined ? undefined : (desk.past.value?.at ?? at)
  const show = (next: number | undefined) => {
    const target = next === undefined || next >= Date.now() ? undefined : next
    go(desk, location.pathname + writeMoment(location.search, target), { replace: true })
  }
  return (
    <div class={`conductor ${at === undefined ? '' : 'past'}`}>
      <button
        type="button"
        aria-label={words.text('earlier')}
        title={words.text('earlier')}
        onClick={() => show(from - stepMs)}
      >
        −15
      </button>
      <label>
        <span class="unseen">{words.text('momentPick')}</span>
        <input
          type="datetime-local"
          value={localInput(from, zone.value)}
          max={localInput(now.value, zone.value)}
          onChange={(event) => {
            const picked = momentOf(event.currentTarget.value, zone.value)
            if (picked !== undefined) show(picked)
          }}
        />
      </label>
      <button
        type="button"
        aria-label={words.text('later')}
        title={words.text('later')}
        aria-disabled={at === undefined}
        onClick={() => at !== undefined && show(at + stepMs)}
      >
        +15
      </button>
      {at !== undefined && <Replay at={at} note={note} show={show} />}
      {at !== undefined && (
        <button type="button" class="main" onClick={() => show(undefined)}>
          {words.text('backToLive')}
        </button>
      )}
      <p role="status" class={at === undefined ? 'unseen' : 'past-note'}>
        {shownAt !== undefined && <b>{words.text('pastBanner', { time: words.moment(shownAt, zone.value) })}</b>}{' '}
        {note.value.text}
      </p>
    </div>
  )
}

interface ReplayProps {
  readonly at: number
  readonly note: Signal<PastNote>
  show(at: number | undefined): void
}

/** Plays on from the moment that is shown, as fast as was chosen; the next states are asked for once the last ones are here. */
function Replay({ at, note, show }: ReplayProps) {
  const words = useToolsWords()
  const speed = useSignal<number>(60)
  const isPlaying = useSignal(false)
  const shown = useRef({ at, by: 0 })
  shown.current.at = at
  useEffect(() => {
    if (!isPlaying.value) return
    shown.current.by = performance.now()
    const timer = setInterval(() => {
      if (note.peek().isReading) return
      const time = performance.now()
      const next = replayed(shown.current.at, time - shown.current.by, speed.value, Date.now())
      shown.current.by = time
      if (next === undefined) isPlaying.value = false
      show(next)
    }, frameMs)
    return () => clearInterval(timer)
  }, [isPlaying.value, isPlaying, speed.value, speed, note, show])
  return (
    <>
      <button type="button" aria-pressed={isPlaying.value} onClick={() => (isPlaying.value = !isPlaying.value)}>
        {words.text(isPlaying.value ? 'replayStop' : 'replay')}
      </button>
      <label>
        <span class="unseen">{words.text('replaySpeed')}</span>
        <select
          value={String(speed.value)}
          onChange={(event) => {
            speed.value = Number(event.currentTarget.value)
          }}
        >
          {speeds.map((each) => (
            <option key={each} value={String(each)}>
              {words.number(each)}×
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
