/** Live, or any past moment: the plan then shows the states of that moment, and nothing on the page passes for current. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { PastState } from '@baykeeper/contract/override.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { code } from '../../bay-state.ts'
import { createTally } from '../../live/tally.ts'
import { act } from '../../shell/acting.ts'
import { closeDrawer, useDesk } from '../../shell/desk.ts'
import { localInput, momentOf } from './local-input.ts'
import { type ToolsWords, useToolsWords } from './tools-words.ts'

const stepMs = 15 * 60_000
const parameter = 'then'

export function TimeConductor() {
  const desk = useDesk()
  const words = useToolsWords()
  const { past, now, zone, city } = desk
  const asked = useSignal<number | undefined>(readMoment(location.search))
  const note = useSignal('')
  const floor = city.value?.floor
  const at = asked.value
  useEffect(() => {
    writeMoment(at)
    if (at === undefined || !floor) {
      past.value = undefined
      note.value = ''
      return
    }
    let gone = false
    const time = words.moment(at, zone.value)
    note.value = words.text('pastLoading', { time })
    const ask = async () => {
      const sent = await act(words, requestOf('GET /api/v1/state', { query: { at: new Date(at).toISOString() } }))
      if (gone) return
      if (!sent.ok) {
        note.value = words.text('pastFailed', { time, why: sent.why })
        return
      }
      closeDrawer(desk)
      past.value = { at, city: { floor, tally: tallyOf(sent.value, floor) } }
      note.value = pastText(words, sent.value, { time, zone: zone.value, version: floor.version })
    }
    void ask()
    return () => {
      gone = true
    }
  }, [at, floor, desk, past, note, words, zone])
  useEffect(
    () => () => {
      past.value = undefined
    },
    [past],
  )
  const go = (next: number) => {
    asked.value = Math.min(next, Date.now())
  }
  const from = at ?? now.value
  return (
    <div class={`conductor ${at === undefined ? '' : 'past'}`}>
      <button
        type="button"
        aria-label={words.text('earlier')}
        title={words.text('earlier')}
        onClick={() => go(from - stepMs)}
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
            if (picked !== undefined) go(picked)
          }}
        />
      </label>
      <button
        type="button"
        aria-label={words.text('later')}
        title={words.text('later')}
        aria-disabled={at === undefined}
        onClick={() => at !== undefined && go(at + stepMs)}
      >
        +15
      </button>
      {at !== undefined && (
        <button type="button" class="main" onClick={() => (asked.value = undefined)}>
          {words.text('backToLive')}
        </button>
      )}
      <p role="status" class={at === undefined ? 'unseen' : 'past-note'}>
        {at !== undefined && <b>{words.text('pastBanner', { time: words.moment(at, zone.value) })}</b>} {note.value}
      </p>
    </div>
  )
}

type Floor = Parameters<typeof createTally>[0]

/** The states of then on the bays of today; a bay that was not there is unknown. */
function tallyOf({ bays }: PastState, floor: Floor) {
  const tally = createTally(floor)
  const states = new Map(bays.map(({ id, state }) => [id, code[state]]))
  tally.replace(Uint8Array.from(floor.ids, (id) => states.get(id) ?? code.unknown))
  return tally
}

interface Then {
  readonly time: string
  readonly zone: string | undefined
  readonly version: string
}

function pastText(words: ToolsWords, state: PastState, { time, zone, version }: Then): string {
  const { known_from: from, occupancy, layout_version: layout } = state
  if (from === null) return words.text('pastEmpty', { time })
  if (Date.parse(from) > Date.parse(state.at))
    return words.text('pastNone', { time, from: words.moment(Date.parse(from), zone) })
  const counts = Object.fromEntries(bayStates.map((each) => [each, words.number(occupancy[each])]))
  const isOther = layout !== null && !version.startsWith(`${layout}-`)
  return [words.text('pastCounts', counts), ...(isOther ? [words.text('pastLayout', { n: layout })] : [])].join('. ')
}

function readMoment(search: string): number | undefined {
  const at = Date.parse(new URLSearchParams(search).get(parameter) ?? '')
  return Number.isFinite(at) && at <= Date.now() ? at : undefined
}

/** The address opens the same moment. */
function writeMoment(at: number | undefined): void {
  const next = new URLSearchParams(location.search)
  if (at === undefined) next.delete(parameter)
  else next.set(parameter, new Date(at).toISOString())
  const search = next.size > 0 ? `?${next}` : ''
  if (search !== location.search) history.replaceState(null, '', `${location.pathname}${search}`)
}
