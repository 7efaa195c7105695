/** The filter of the audit log as part of the address, and what a change changed. Pure. */
import { type AuditAction, auditActions } from '@baykeeper/contract/vocabulary.ts'

export interface AuditView {
  readonly who?: string
  readonly action?: AuditAction
  readonly object?: string
  readonly site?: string
  /** Days by the clock of the browser, both included. */
  readonly from?: string
  readonly to?: string
}

const texts = ['who', 'object', 'site'] as const
const days = ['from', 'to'] as const

export function readAuditView(search: string): AuditView {
  const asked = new URLSearchParams(search)
  const found: Record<string, string> = {}
  for (const name of texts) if (asked.get(name)) found[name] = asked.get(name) as string
  for (const name of days) if (isDay(asked.get(name))) found[name] = asked.get(name) as string
  const action = auditActions.find((one) => one === asked.get('action'))
  return { ...found, ...(action ? { action } : {}) }
}

/** Parameters that are no filter, such as `lang`, stay. */
export function withAuditView(search: string, view: { readonly [K in keyof AuditView]?: AuditView[K] | undefined }) {
  const next = new URLSearchParams(search)
  for (const name of [...texts, ...days, 'action'] as const) {
    const value = view[name]
    if (value) next.set(name, value)
    else next.delete(name)
  }
  const text = next.toString()
  return text === '' ? '' : `?${text}`
}

const isDay = (text: string | null) =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** As the server is asked. */
export function auditQuery({ from, to, ...rest }: AuditView) {
  return {
    ...rest,
    ...(from ? { from: startOf(from, 0) } : {}),
    ...(to ? { to: startOf(to, 1) } : {}),
  }
}

/** Midnight in the browser's time zone; `later`: so many days on, which may be 23 or 25 hours long. */
function startOf(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return new Date(year, month - 1, date + later).toISOString()
}

export interface Difference {
  readonly field: string
  /** Undefined: it was not there. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Fields that are not the same; a value that is no object is one field without a name. */
export function differences(before: unknown, after: unknown): readonly Difference[] {
  const [one, other] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .map((field) => ({ field, before: one[field], after: other[field] }))
    .filter((difference) => difference.before !== difference.after)
}

function fieldsOf(value: unknown): Readonly<Record<string, string | undefined>> {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) return { '': shown(value) }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shown(field)]))
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
