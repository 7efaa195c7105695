/**
 * Reasons of a forecast, each declared once as an English sentence. The forecaster writes them with `reasonText`, they are sent and stored as
 * text, and the pages read them back with `readReasons` to show them in the reader's language. Pure.
 */

export const forecastReasons = {
  learnt: 'experts weighed by the last {n} days',
  'not-learnt': 'experts weighed as usual, with nothing to learn from yet',
  'no-current-rate': 'no current rate',
  'short-history': '{n} days of history; the model needs {needed}',
  'no-history': 'no rate is known yet',
  beyond: 'not within 24 h of the newest forecast',
  'state-too-old': 'the newest state is {n} minutes old, {pending} messages pending',
  'few-known': 'only {n}% of the bays are known',
  'state-old': 'state is {n} minutes old',
  'partly-known': '{n}% of the bays are known',
  closed: 'closed until further notice',
  'closed-note': 'closed until further notice ({note})',
  'closed-until': 'closed until {to}',
  'closed-until-note': 'closed until {to} ({note})',
  'all-closed': 'all its bays are closed',
  'outside-hours': 'outside opening hours',
  'drift-loss': "this week's pinball loss is {times} times that of four weeks",
  'drift-coverage': '80 % intervals held {n} % of the time this week',
} as const
export type ForecastReason = keyof typeof forecastReasons

type BlanksOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | BlanksOf<Rest>
  : never
/** `to` is a time (ISO 8601), `note` is text of an operator or another reason; everything else is a number. */
type Blanks<Code extends ForecastReason> = Readonly<Record<BlanksOf<(typeof forecastReasons)[Code]>, string | number>>

export const reasonText = <Code extends ForecastReason>(code: Code, blanks: Blanks<Code>): string =>
  forecastReasons[code].replace(/\{(\w+)\}/g, (_, name: string) => String((blanks as Record<string, unknown>)[name]))

/** Several reasons at once are one text. */
export const joinReasons = (...texts: readonly string[]): string => texts.filter(Boolean).join('; ')

/** `to` is the end, if there is one. */
export function closureText({
  to,
  why: note,
}: {
  readonly to?: string | undefined
  readonly why?: string | undefined
}) {
  if (to === undefined) return note ? reasonText('closed-note', { note }) : reasonText('closed', {})
  return note ? reasonText('closed-until-note', { to, note }) : reasonText('closed-until', { to })
}

/** The lot is closed then: all such reasons begin alike. */
export const isClosure = (text: string): boolean => text.startsWith('closed ')

export interface ReadReason {
  readonly code: ForecastReason
  readonly blanks: Readonly<Record<string, string>>
}

const blankPatterns: Readonly<Record<string, string>> = { note: '.*', to: '\\S+' }
const patterns = Object.entries(forecastReasons).map(([code, text]) => {
  const pattern = text
    .replaceAll(/[()]/g, '\\$&')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${blankPatterns[name] ?? '-?\\d+(?:\\.\\d+)?'})`)
  return { code: code as ForecastReason, pattern: new RegExp(`^${pattern}(?:$|[;,] )`, 's') }
})

/** Undefined where a part of the text is no known reason, as in a text of an earlier release. */
export function readReasons(text: string): readonly ReadReason[] | undefined {
  const found: ReadReason[] = []
  for (let rest = text; rest !== ''; ) {
    const [longest] = patterns
      .flatMap(({ code, pattern }) => {
        const match = pattern.exec(rest)
        return match ? [{ code, blanks: { ...match.groups }, length: match[0].length }] : []
      })
      .sort((a, b) => b.length - a.length)
    if (!longest) return undefined
    const { length, ...reason } = longest
    found.push(reason)
    rest = rest.slice(length)
  }
  return found
}
