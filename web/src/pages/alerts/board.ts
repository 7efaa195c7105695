/** The state of the Alerts page: which list, what is shown of it, what is selected, and what the reader does with it. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { batch, type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type Fetched, useFetched } from '../../kit/fetched.ts'
import { type Desk, go, may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { type AlertsPlace, type PlaceChange, readAlertsPlace, writeAlertsPlace } from './address.ts'
import { type AlertDeed, actOnAlerts } from './alert-action.ts'
import { type AlertsWords, useAlertsWords } from './alerts-words.ts'
import { applied, emptyListing, fits, held, type Listed, type Listing, neighbour, wordsIn } from './listing.ts'

const pollMs = 15_000
const retryMs = 5_000
const firstRows = 100
/** After the last letter of a filter. */
const typingMs = 300
const searchCharsMax = 128
export const rowsMax = 500

export type FormName = 'shelve' | 'assign' | 'out-of-service'

/** What was done, or why not, for ten seconds; `undo` takes it back. */
export interface Notice {
  readonly text: string
  readonly failed: boolean
  readonly undo?: AlertDeed
}

export interface Board {
  readonly desk: Desk
  readonly words: AlertsWords
  readonly place: AlertsPlace
  readonly list: Signal<Fetched<{ readonly items: Alert[]; readonly next: string | null }>>
  readonly listing: Signal<Listing>
  /** Rows that fit the text of the filter. */
  readonly rows: ReadonlySignal<readonly Listed[]>
  readonly text: Signal<string>
  /** Words of the filter that only this page can look for: in the rows that are loaded. */
  readonly isLocal: boolean
  readonly rowLimit: Signal<number>
  readonly current: Signal<string | undefined>
  readonly selected: Signal<ReadonlySet<string>>
  readonly form: Signal<FormName | undefined>
  readonly notice: Signal<Notice | undefined>
  readonly busy: Signal<boolean>
  /** Grows when the list and the detail are to be fetched again. */
  readonly again: Signal<number>
  /** The pointer or the focus is in the list: its rows keep their places. */
  readonly holding: { pointer: boolean; focus: boolean }
  /** Where a selected range begins. */
  readonly anchor: { id: string | undefined }
  readonly mayAct: boolean
  readonly stale: boolean
  /** The selected ones, or the one that is shown. */
  targets(): readonly string[]
  go(change: PlaceChange, how?: { readonly replace?: boolean }): void
  show(id: string | undefined): void
  applyNewest(): void
  act(deed: AlertDeed): Promise<boolean>
}

export function useBoard(): Board {
  const desk = useDesk()
  const words = useAlertsWords()
  const place = readAlertsPlace(desk.place.value.search)
  const again = useSignal(0)
  const rowLimit = useSignal(firstRows)
  const failing = useSignal(false)
  const text = useSignal('')
  const { q, isLocal } = useSearch(text.value, words)
  const { list: group, site, rule, owner, severity } = place
  const query = { group, site, rule, owner, severity, q, limit: rowLimit.value, sort: sortOf(group) } as const
  const request = requestOf('GET /api/v1/alerts', { query })
  const list = useFetched(request, failing.value ? retryMs : pollMs, again.value)
  failing.value = list.value.failed
  const listing = useSignal<Listing>(emptyListing)
  const current = useSignal<string | undefined>(place.alert)
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const form = useSignal<FormName | undefined>(undefined)
  const notice = useSignal<Notice | undefined>(undefined)
  const busy = useSignal(false)
  const holding = useRef({ pointer: false, focus: false }).current
  const anchor = useRef<Board['anchor']>({ id: undefined }).current
  const acted = useRef(new Set<string>()).current
  const rows = useComputed(() => {
    const wanted = text.value.trim()
    if (wanted === '') return listing.value.rows
    return listing.value.rows.filter(({ alert }) => fits(alert, wanted, words.ofRule(alert.title)))
  })

  const take = (newest: readonly Alert[]) => {
    const isHeld = (holding.pointer || holding.focus) && !isOther.current
    listing.value = isHeld ? held(listing.value, newest, acted) : applied(newest)
    const here = new Set(newest.map(({ id }) => id))
    if ([...selected.value].some((id) => !here.has(id)))
      selected.value = new Set([...selected.value].filter((id) => here.has(id)))
    isOther.current = false
  }
  /** Another list, or the answer to what the reader took back: nothing to hold on to. */
  const isOther = useRef(true)
  useEffect(() => {
    isOther.current = true
    selected.value = new Set()
    form.value = undefined
  }, [group, site, rule, owner, severity, q, selected, form])
  const items = list.value.value?.items
  useEffect(() => {
    if (items) take(items)
    else listing.value = emptyListing
  }, [items])
  const change = desk.alertCounts.value?.change
  useEffect(() => {
    again.value++
  }, [change, again])

  const board: Board = {
    ...{
      desk,
      words,
      place,
      list,
      listing,
      rows,
      text,
      isLocal,
      rowLimit,
      current,
      selected,
      form,
      notice,
      busy,
      again,
      holding,
      anchor,
    },
    mayAct: may(desk, 'operate'),
    stale: desk.staleSince.value !== undefined,
    targets: () => (selected.value.size > 0 ? [...selected.value] : current.value ? [current.value] : []),
    go(next, how) {
      const search = writeAlertsPlace(desk.place.value.search, { ...place, ...next })
      go(desk, routes.alerts + search, how)
    },
    show(id) {
      batch(() => {
        current.value = id
        form.value = undefined
      })
    },
    applyNewest() {
      if (listing.value.isBehind) listing.value = applied(listing.value.newest)
    },
    async act(deed) {
      if (busy.value || deed.alerts.length === 0) return false
      busy.value = true
      const outcome = await actOnAlerts(words, deed)
      const leaving = new Set(outcome.done)
      batch(() => {
        busy.value = false
        notice.value = outcome.notice
        if (outcome.done.length === 0) return
        if (leavesList(deed, group)) {
          for (const id of outcome.done) acted.add(id)
          current.value = neighbour(rows.value, current.value, leaving)
          if (listing.value.rows.length > 0)
            listing.value = held(
              listing.value,
              listing.value.newest.filter(({ id }) => !leaving.has(id)),
              acted,
            )
        } else if (deed.isUndo) isOther.current = true
        selected.value = new Set()
        form.value = undefined
        again.value++
      })
      return outcome.done.length > 0
    },
  }
  return board
}

/** What the server searches, once the reader pauses. It knows no texts of rules in other languages than English: their words are left to the page. */
function useSearch(text: string, words: AlertsWords) {
  const parts = wordsIn(text)
  const asked = parts
    .filter((part) => !words.isTranslated(part))
    .join(' ')
    .slice(0, searchCharsMax)
  const settled = useSignal(asked)
  useEffect(() => {
    const timer = setTimeout(() => {
      settled.value = asked
    }, typingMs)
    return () => clearTimeout(timer)
  }, [asked, settled])
  const isLocal = parts.some((part) => words.isTranslated(part)) || asked !== settled.value
  return { q: settled.value || undefined, isLocal }
}

const sortOf = (group: AlertsPlace['list']) => (group === 'closed' || group === 'all' ? '-raised' : 'severity')

/** Whether alerts leave the list that they were acted on in. */
function leavesList({ action }: AlertDeed, group: AlertsPlace['list']): boolean {
  if (group === 'all') return false
  switch (action) {
    case 'acknowledge':
      return group === 'needs-action'
    case 'undo-acknowledge':
      return group === 'acknowledged'
    case 'shelve':
      return group !== 'shelved'
    case 'out-of-service':
      return group !== 'suppressed'
    case 'unshelve':
    case 'in-service':
      return group === 'shelved' || group === 'suppressed'
    case 'resolve':
      return true
    default:
      return false
  }
}
