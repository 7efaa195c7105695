/** The states of the moment in the address, read while a page shows it. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { PastState } from '@baykeeper/contract/override.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { code } from '../../bay-state.ts'
import { createTally, type Tally } from '../../live/tally.ts'
import type { Floor } from '../../plan/floor.ts'
import { act } from '../../shell/acting.ts'
import { closeDrawer, type Desk } from '../../shell/desk.ts'
import type { ToolsWords } from './tools-words.ts'

export interface PastNote {
  readonly text: string
  /** Its states are still being read. */
  readonly isReading: boolean
}

/** What to say of the moment: while it is read, of what was read, or why it could not be read. */
export function usePast(desk: Desk, words: ToolsWords): Signal<PastNote> {
  const { moment, past, city, zone } = desk
  const note = useSignal<PastNote>({ text: '', isReading: false })
  const at = moment.value
  const floor = city.value?.floor
  useEffect(() => {
    if (at === undefined || !floor) {
      past.value = undefined
      note.value = { text: '', isReading: false }
      return
    }
    let gone = false
    const time = words.moment(at, zone.value)
    // Of a replay the states before stay until the next ones are here.
    note.value = { text: past.value ? note.value.text : words.text('pastLoading', { time }), isReading: true }
    const read = async () => {
      const sent = await act(words, requestOf('GET /api/v1/state', { query: { at: new Date(at).toISOString() } }))
      if (gone) return
      if (!sent.ok) {
        past.value = undefined
        note.value = { text: words.text('pastFailed', { time, why: sent.why }), isReading: false }
        return
      }
      show(desk, at, floor, sent.value)
      note.value = { text: pastText(words, sent.value, { time, zone: zone.value, floor }), isReading: false }
    }
    void read()
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
  return note
}

/** The plan stays: of a replay only its states change. */
function show(desk: Desk, at: number, floor: Floor, state: PastState) {
  const before = desk.past.peek()
  const isSamePlan = before?.city.floor === floor
  const city = isSamePlan ? before.city : { floor, tally: createTally(floor) }
  city.tally.replace(statesThen(state, city))
  if (!before) closeDrawer(desk)
  desk.past.value = { at, city, state }
  if (isSamePlan) {
    desk.onBays?.(undefined)
    desk.counted.value++
  }
}

/** The states of then on the bays of today; a bay that was not there is unknown. */
function statesThen({ bays }: PastState, { floor }: { readonly floor: Floor; readonly tally: Tally }) {
  const states = new Map(bays.map(({ id, state }) => [id, code[state]]))
  return Uint8Array.from(floor.ids, (id) => states.get(id) ?? code.unknown)
}

interface Then {
  readonly time: string
  readonly zone: string | undefined
  readonly floor: Floor
}

function pastText(words: ToolsWords, state: PastState, { time, zone, floor }: Then): string {
  const { known_from: from, occupancy, layout_version: layout } = state
  if (from === null) return words.text('pastEmpty', { time })
  if (Date.parse(from) > Date.parse(state.at))
    return words.text('pastNone', { time, from: words.moment(Date.parse(from), zone) })
  if (layout === null) return words.text('pastNoLayout', { time })
  const counts = Object.fromEntries(bayStates.map((each) => [each, words.number(occupancy[each])]))
  const isOther = layout !== null && !floor.version.startsWith(`${layout}-`)
  return [words.text('pastCounts', counts), ...(isOther ? [words.text('pastLayout', { n: layout })] : [])].join('. ')
}
