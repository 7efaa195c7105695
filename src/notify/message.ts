/** A message as a person reads it: title, lines of text and links, in the language of the channel. The same for every kind of channel. */
import { shownSentence } from '@baykeeper/contract/alert-sentences.ts'
import { ruleTextsDe } from '@baykeeper/contract/rule-texts-de.ts'
import { type AlertSeverity, alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import type { MessageKind, NotifiedEvent, TakenMessage } from './delivery.ts'
import { type MessageWords, messageWords } from './message-words.ts'

export interface OutgoingMessage {
  /** Idempotency key. */
  readonly key: string
  readonly kind: MessageKind
  readonly severity: AlertSeverity
  /** The alert when it is about one; messages of one alert belong together. */
  readonly alert: string | null
  /** Newest event. */
  readonly event: NotifiedEvent
  readonly events: readonly NotifiedEvent[]
  readonly count: number
  /** One line without control characters. */
  readonly title: string
  readonly lines: readonly string[]
  readonly link: string | undefined
  /** What the link is called, in place of what is usual for the kind. */
  readonly linkText?: string
  /** In place of the configured receivers. */
  readonly address?: string | undefined
  readonly attachment?: Attachment | undefined
}

/** Of a report; only mail carries it. */
export interface Attachment {
  readonly fileName: string
  readonly type: string
  readonly bytes: Uint8Array
}

export interface MessageOptions {
  readonly locale: 'en' | 'de'
  readonly timeZone: string
  /** Address of the pages. */
  readonly link?: string | undefined
}

export const titleCharsMax = 200
const textCharsMax = 2_000

export function messageOf(taken: TakenMessage, options: MessageOptions): OutgoingMessage {
  const words = messageWords[options.locale]
  const event = taken.events.at(-1) as NotifiedEvent
  const alerts = new Set(taken.events.map(({ alert }) => alert))
  const alert = alerts.size === 1 && taken.kind !== 'digest' ? event.alert : null
  const severity = alertSeverities.find((one) => taken.events.some((each) => each.severity === one)) ?? 'info'
  const title = titleOf(taken, event, severity, options.locale)
  const lines = alert === null ? listLines(taken, options, words) : alertLines(taken.events, options, words)
  const link = options.link === undefined ? undefined : pageAddress(options.link, 'alerts')
  return {
    ...{ key: taken.key, kind: taken.kind, severity, alert, event, events: taken.events, count: taken.count },
    ...{ title: oneLine(title, titleCharsMax), lines, link },
  }
}

/** Of the desk. `link`: of the server, or of the desk itself. */
export const pageAddress = (link: string, page: 'alerts' | 'reports'): string =>
  `${link.replace(/\/$/, '').replace(/\/desk$/, '')}/desk/${page}`

function titleOf(
  { kind, events, count }: TakenMessage,
  event: NotifiedEvent,
  severity: AlertSeverity,
  locale: 'en' | 'de',
): string {
  const words = messageWords[locale]
  if (kind === 'digest') return words.digestTitle(count)
  if (kind === 'merged') return words.mergedTitle(count, words.severity[severity])
  const state =
    kind === 'summary' ? words.chain(events.map((each) => words.event(each.event))) : words.event(event.event)
  return `${state}: ${ruleTitle(event.title, locale)}${event.site === '' ? '' : ` (${event.site})`}`
}

function alertLines(
  events: readonly NotifiedEvent[],
  { timeZone, locale }: MessageOptions,
  words: MessageWords,
): string[] {
  const { severity, site, rule, text } = events.at(-1) as NotifiedEvent
  return [
    `${words.severityLabel}: ${words.severity[severity]}`,
    ...(site === '' ? [] : [`${words.siteLabel}: ${clean(site)}`]),
    ...(rule === '' ? [] : [`${words.ruleLabel}: ${clean(rule)}`]),
    ...events.map(
      (each) =>
        `${localTime(each.at, timeZone, locale)} ${words.event(each.event)}${each.author === '' ? '' : ` ${words.by(clean(each.author))}`}${each.comment === '' ? '' : `: ${clean(each.comment)}`}`,
    ),
    ...(text === ''
      ? []
      : [
          '',
          ...shownSentence(text, locale, (at) => localTime(at, timeZone, locale))
            .text.slice(0, textCharsMax)
            .split(/\r\n|\r|\n/)
            .map(clean),
        ]),
  ]
}

function listLines(
  { events, count }: TakenMessage,
  { timeZone, locale }: MessageOptions,
  words: MessageWords,
): string[] {
  const lines = events.map(
    (each) =>
      `${localTime(each.at, timeZone, locale)} [${words.severity[each.severity]}] ${words.event(each.event)}: ${oneLine(ruleTitle(each.title, locale), titleCharsMax)}${each.site === '' ? '' : ` (${clean(each.site)})`}`,
  )
  return count > events.length ? [...lines, words.more(count - events.length)] : lines
}

/** That of a built-in rule in the language of the channel; one that a person has written as it is. */
const ruleTitle = (title: string, locale: 'en' | 'de'): string =>
  locale === 'de' && Object.hasOwn(ruleTextsDe, title) ? (ruleTextsDe[title] as string) : title

export const localTime = (at: number, timeZone: string, locale: 'en' | 'de'): string =>
  new Intl.DateTimeFormat(locale === 'de' ? 'de-DE' : 'en-GB', {
    ...{ timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' },
  }).format(at)

/** Controls, line separators and characters that change the direction of text become blanks. */
export const clean = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu, ' ')

export function oneLine(text: string, charsMax: number): string {
  const line = clean(text).trim()
  return line.length <= charsMax ? line : `${clean(line.slice(0, charsMax - 1))}…`
}

/** The same content for programs: webhook and MQTT. */
export const messageJson = (message: OutgoingMessage): string =>
  JSON.stringify({
    version: 1,
    key: message.key,
    kind: message.kind,
    severity: message.severity,
    title: message.title,
    text: message.lines.join('\n'),
    alert: message.alert,
    count: message.count,
    events: message.events.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() })),
    ...(message.link === undefined ? {} : { link: message.link }),
  })
