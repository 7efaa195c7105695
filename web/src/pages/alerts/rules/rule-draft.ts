/** A rule as it is edited: from the server, as text, and what was changed in it. Pure. */
import type { NewRule, RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { alertSeverities } from '@baykeeper/contract/vocabulary.ts'

/** Every field is there, so that the form and the text show the same. */
export type Draft = Required<Omit<NewRule, 'reason'>>

const nowhere = { sites: [], levels: [], zones: [], types: [], devices: [], sources: [] }

export const newDraft: Draft = {
  ...{ kind: 'own', enabled: true, severity: 'warning', title: '', next: '', channels: [] },
  ...{ scope: nowhere, schedule: [], on_delay_s: 300, off_delay_s: 300, threshold: 90, clear_at: 85 },
  watch: { quantity: 'occupied-share', is: 'above', places: 'site' },
}

export function draftOf({ is_built_in, ...rule }: RuleOnWire): Draft {
  const { kind, enabled, severity, title, next = '', channels, scope, schedule, on_delay_s, off_delay_s } = rule
  return {
    ...{ kind, enabled: enabled ?? true, severity, title, next, channels: channels ?? [] },
    ...{ scope: { ...nowhere, ...scope }, schedule: schedule ?? [] },
    ...{ on_delay_s: on_delay_s ?? 0, off_delay_s: off_delay_s ?? 60 },
    ...{ threshold: rule.threshold ?? null, clear_at: rule.clear_at ?? null },
    // What a built-in rule watches is given: it is not sent back.
    watch: is_built_in ? null : (rule.watch ?? null),
  }
}

export type Field = keyof Draft
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Fields that are not as in the rule that is in use. */
export const changedFields = (draft: Draft, inUse: Draft): readonly Field[] =>
  (Object.keys(draft) as Field[]).filter((field) => !same(draft[field], inUse[field]))

export const draftText = (draft: Draft): string => JSON.stringify(draft, null, 2)

/** The text as a draft, or what is wrong with it. The server judges the values. */
export function draftIn(
  text: string,
): { readonly ok: true; readonly draft: Draft } | { readonly ok: false; readonly why: string } {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (fault) {
    return { ok: false, why: fault instanceof Error ? fault.message : String(fault) }
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return { ok: false, why: '{ … }' }
  const given = read as Record<string, unknown>
  const unknown = Object.keys(given).find((name) => !(name in newDraft))
  if (unknown !== undefined) return { ok: false, why: unknown }
  for (const [name, fits] of Object.entries(shapes))
    if (name in given && !fits(given[name])) return { ok: false, why: name }
  const draft = { ...newDraft, watch: null, threshold: null, clear_at: null, ...given } as Draft
  return { ok: true, draft: { ...draft, scope: { ...nowhere, ...draft.scope } } }
}

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const shapes: Readonly<Record<Field, (value: unknown) => boolean>> = {
  ...{ kind: isText, title: isText, next: isText, channels: isTexts, on_delay_s: isNumber, off_delay_s: isNumber },
  enabled: (value) => typeof value === 'boolean',
  severity: (value) => alertSeverities.some((one) => one === value),
  scope: (value) => isObject(value) && Object.entries(value).every(([name, list]) => name in nowhere && isTexts(list)),
  schedule: (value) =>
    Array.isArray(value) &&
    value.every((one) => isObject(one) && isTexts(one['days']) && isText(one['from']) && isText(one['to'])),
  threshold: (value) => value === null || isNumber(value),
  clear_at: (value) => value === null || isNumber(value),
  watch: (value) => value === null || (isObject(value) && isText(value['quantity']) && isText(value['is'])),
}

/** "a, b" */
export const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
