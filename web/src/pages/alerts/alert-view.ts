/** What a row shows of an alert, in the reader's language. Pure. */
import type { Alert } from '@baykeeper/contract/alerts.ts'
import type { Floor } from '../../plan/floor.ts'
import type { AlertsWords } from './alerts-words.ts'

type Measured = Pick<Alert, 'kind' | 'value' | 'limit' | 'unit' | 'raised' | 'cleared'>

/** How long it was or has been active; frozen when it cleared. */
export const openMs = ({ raised, cleared }: Pick<Alert, 'raised' | 'cleared'>, now: number): number =>
  Math.max(0, (cleared === null ? now : Date.parse(cleared)) - Date.parse(raised))

/** "31 min", "91 %", "214 devices". */
export function amount(words: AlertsWords, n: number, unit: string): string {
  const digits = Number.isInteger(n) || Math.abs(n) >= 100 ? 0 : 1
  if (unit === 'min') return words.duration(n * 60_000)
  if (unit === 's') return words.span(n * 1_000)
  if (unit === '%') return `${words.number(n, digits)}\u00a0%`
  if (isCounted(unit)) return words.count(`unit_${unit}`, Number(n.toFixed(digits)))
  return `${words.number(n, digits)}${unit === '' ? '' : `\u00a0${unit}`}`
}

const counted = ['bays', 'devices', 'vehicles', 'messages', 'days'] as const
const isCounted = (unit: string): unit is (typeof counted)[number] => (counted as readonly string[]).includes(unit)

/** Undefined where there is nothing to measure. */
export function valueText(words: AlertsWords, alert: Measured, now: number): string | undefined {
  // It is raised when the time of the bay and its grace are over: what is over them is its own age.
  if (alert.kind === 'overstay') return words.text('overBy', { span: words.span(openMs(alert, now)) })
  return alert.value === null ? undefined : amount(words, alert.value, alert.unit)
}

export const limitText = (words: AlertsWords, { limit, unit }: Measured): string | undefined =>
  limit === null ? undefined : words.text('limitIs', { limit: amount(words, limit, unit) })

/** What it is about, for people: a count zone has the id of a list, a zone or a bay type of a place the one behind its site and level. */
export function subjectText(id: string): string {
  if (!id.startsWith('[')) return id
  try {
    const parts: unknown = JSON.parse(id)
    return Array.isArray(parts) ? String(parts.at(-1)) : id
  } catch {
    // An id that only begins like a list is shown as it is.
    return id
  }
}

/** "A-017 · Harbour, Yard" */
export function placeText(
  alert: Pick<Alert, 'subject' | 'subject_id' | 'site' | 'level'>,
  floor: Floor | undefined,
): string {
  const { subject, subject_id, site, level } = alert
  const plate = floor?.plates.find((one) => one.site === site && (level === null || one.level === level))
  const siteName = plate?.site_name ?? site
  const where = [siteName, level === null ? undefined : (levelName(plate?.name, plate?.site_name) ?? level)]
  const place = where.filter((part) => part !== null && part !== undefined).join(', ')
  const name =
    subject === 'system' ? '' : subject === 'place' ? partOf(subject_id, site, level) : subjectText(subject_id)
  return place === '' && name === '' && subject === 'place'
    ? subject_id
    : [name, place].filter((part) => part !== '').join(' · ')
}

/** Zone or bay type of a place; empty: it is the whole site or level. */
function partOf(id: string, site: string | null, level: string | null): string {
  const of = [site, level].filter((part) => part !== null).join('/')
  return of !== '' && id.startsWith(`${of}/`) ? id.slice(of.length + 1) : ''
}

/** Names of plates may begin with the name of their site. */
const levelName = (name: string | undefined, site: string | undefined) =>
  name !== undefined && site !== undefined && name.startsWith(`${site} `)
    ? name.slice(site.length).replace(/^[\s·,:–-]+/, '')
    : name

/** Sentences of a text, or its lines where it has several: one step each. */
export function stepsIn(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim())
  const parts = lines.length > 1 ? lines : text.split(/(?<=[.!?])\s+(?=\p{Lu})/u)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}
