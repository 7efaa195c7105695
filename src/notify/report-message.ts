/** The message that brings a report: what it is of, where, when and how much of it is known, and its file. */
import { shownNote } from '@baykeeper/contract/report-notes.ts'
import type { NotifiedEvent, ReportContent, TakenMessage } from './delivery.ts'
import { clean, type MessageOptions, type OutgoingMessage, oneLine, pageAddress, titleCharsMax } from './message.ts'
import { fileBytesMax } from './report-agenda.ts'
import { type ReportWords, reportWords } from './report-words.ts'

/** A sentence where there is nothing to send. `file`: absent where the report is larger than a message may be. */
export function reportMessage(
  taken: TakenMessage,
  options: MessageOptions,
  file: Uint8Array | undefined,
): OutgoingMessage | string {
  const event = taken.events[0] as NotifiedEvent
  const { report } = event
  if (!report || (report.file.bytes !== null && !file)) return 'The report is not there any more: send it again.'
  const words = reportWords[options.locale]
  const link = options.link === undefined ? undefined : linkOf(options.link, report)
  const days = daysText(report, options.locale)
  const title = `${event.title}: ${report.place}, ${days.first === days.last ? days.first : `${days.first} – ${days.last}`}`
  return {
    ...{ key: taken.key, kind: 'report', severity: 'info', alert: null, event, events: taken.events, count: 1 },
    title: oneLine(title, titleCharsMax),
    lines: linesOf(report, options, words, link !== undefined),
    link,
    ...(file ? { attachment: { fileName: report.file.name, type: report.file.type, bytes: file } } : {}),
  }
}

function linesOf(
  report: ReportContent,
  { locale }: MessageOptions,
  words: ReportWords,
  hasLink: boolean,
): readonly string[] {
  const { kind, place, timeZone, coverage, notes, isLate, isAsked, file } = report
  const { first, last } = daysText(report, locale)
  const percent = (share: number) =>
    new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(share)
  const due = `${localTime(report.due, report.dueZone, locale)} (${report.dueZone})`
  return [
    ...(isLate ? [words.late, ''] : []),
    kindText(words, kind),
    `${words.placeLabel}: ${clean(place)}`,
    `${words.periodLabel}: ${words.period(first, last, timeZone)}`,
    `${words.coverageLabel}: ${coverage === null ? words.noCoverage : words.coverage(percent(coverage), percent(1 - coverage))}`,
    `${isAsked ? words.asked : words.dueLabel}: ${due}`,
    ...(file.bytes === null
      ? ['', words.tooLarge(sizeText(fileBytesMax, locale)), hasLink ? words.tooLargeLink : words.tooLargeNoLink]
      : [`${words.fileLabel}: ${file.name} (${sizeText(file.bytes, locale)})`]),
    ...(notes.length === 0
      ? []
      : ['', ...notes.map((note) => `${words.noteLabel}: ${clean(shownNote(note, locale).text)}`)]),
  ]
}

const kindText = ({ kind: names }: ReportWords, kind: string): string =>
  Object.hasOwn(names, kind) ? names[kind as keyof typeof names] : clean(kind)

/** First and last day, both inclusive, in the language of the reader. */
function daysText({ from, to }: ReportContent, locale: 'en' | 'de') {
  const form = new Intl.DateTimeFormat(locale === 'de' ? 'de-DE' : 'en-GB', { timeZone: 'UTC', dateStyle: 'medium' })
  const last = dayBefore(to)
  return { first: form.format(Date.parse(from)), last: form.format(Date.parse(last)) }
}

const dayBefore = (day: string) => Temporal.PlainDate.from(day).subtract({ days: 1 }).toString()

const localTime = (at: number, timeZone: string, locale: 'en' | 'de') =>
  new Intl.DateTimeFormat(locale === 'de' ? 'de-DE' : 'en-GB', {
    ...{ timeZone, dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' },
  }).format(at)

function sizeText(bytes: number, locale: 'en' | 'de'): string {
  const [unit, value] = bytes < 1_000_000 ? ['kB', Math.ceil(bytes / 1_000)] : ['MB', Math.ceil(bytes / 100_000) / 10]
  return `${new Intl.NumberFormat(locale).format(value as number)} ${unit}`
}

/** The page of the same place and days, also when it is opened much later. */
function linkOf(base: string, { site, type, from, to, compare }: ReportContent): string {
  const query = new URLSearchParams({ from, last: dayBefore(to) })
  if (site !== null) query.set('site', site)
  if (type !== null) query.set('type', type)
  if (compare !== 'none') query.set('compare', compare)
  return `${pageAddress(base, 'reports')}?${query}`
}
