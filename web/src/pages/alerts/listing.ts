/**
 * The list of alerts on the page: what the newest answer holds, and what is shown of it. While the reader points into the list or works in it by key,
 * rows keep their places: their figures are new, what has left the list is marked, and what has come waits. Pure.
 */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import { type AlertState, alertGroups } from '@baykeeper/contract/vocabulary.ts'

export interface Listed {
  readonly alert: Alert
  /** Part of the list that it stands in; kept while rows keep their places. */
  readonly section: AlertState
  /** It has left the list since. */
  readonly gone: boolean
}

export interface Listing {
  readonly rows: readonly Listed[]
  readonly newest: readonly Alert[]
  /** Alerts that wait to be shown. */
  readonly added: number
  /** Rows stand otherwise than in the newest answer. */
  readonly isBehind: boolean
}

/** Parts of the list in the order of their groups: what needs a person first. */
const order: readonly AlertState[] = Object.values(alertGroups).flat()

export const emptyListing: Listing = { rows: [], newest: [], added: 0, isBehind: false }

/** The newest answer as it is; the order of the server stays within each part. */
export const applied = (newest: readonly Alert[]): Listing => ({
  rows: order.flatMap((section) =>
    newest.filter(({ state }) => state === section).map((alert) => ({ alert, section, gone: false })),
  ),
  newest,
  added: 0,
  isBehind: false,
})

/** `acted`: alerts that the reader acted on. They leave at once. */
export function held(before: Listing, newest: readonly Alert[], acted: ReadonlySet<string>): Listing {
  if (before.rows.length === 0) return applied(newest)
  const now = new Map(newest.map((alert) => [alert.id, alert]))
  const rows = before.rows.flatMap(({ alert, section }): Listed[] => {
    const next = now.get(alert.id)
    if (next) return [{ alert: next, section, gone: false }]
    return acted.has(alert.id) ? [] : [{ alert, section, gone: true }]
  })
  const shown = new Set(rows.map(({ alert }) => alert.id))
  const added = newest.filter(({ id }) => !shown.has(id)).length
  const ordered = applied(newest).rows
  const isBehind = ordered.length !== rows.length || ordered.some(({ alert }, i) => alert.id !== rows[i]?.alert.id)
  return { rows, newest, added, isBehind }
}

/** Rows from one to another, in the order of the list. */
export function between(rows: readonly Listed[], from: string | undefined, to: string): readonly string[] {
  const ids = rows.map(({ alert }) => alert.id)
  const [a, b] = [ids.indexOf(from ?? to), ids.indexOf(to)]
  if (b < 0) return []
  return a < 0 ? [to] : ids.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/** The row to go on with when some are leaving: the next that stays, or the last before. */
export function neighbour(rows: readonly Listed[], current: string | undefined, leaving: ReadonlySet<string>) {
  const at = rows.findIndex(({ alert }) => alert.id === current)
  const stays = ({ alert }: Listed) => !leaving.has(alert.id)
  return (rows.slice(at).find(stays) ?? rows.slice(0, Math.max(0, at)).findLast(stays))?.alert.id
}

/** Words of a filter, as they are compared. */
export const wordsIn = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean)

/** All of the text must be found, in any case: in title, place, sentence or person. */
export function fits(alert: Alert, text: string, title: string): boolean {
  const { subject_id, site, level, text: sentence, owner } = alert
  const all = [title, alert.title, subject_id, site, level, sentence, owner].join(' ').toLowerCase()
  return wordsIn(text).every((part) => all.includes(part))
}
