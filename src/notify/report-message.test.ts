import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NotifiedEvent, ReportContent, TakenMessage } from './delivery.ts'
import { messageOf as alertMessage, type OutgoingMessage } from './message.ts'
import { reportMessage } from './report-message.ts'

const content: ReportContent = {
  ...{ kind: 'occupancy', place: 'North Garage', site: 'north', type: null, from: '2026-11-16', to: '2026-11-23' },
  ...{ timeZone: 'Europe/Berlin', compare: 'previous', coverage: 0.978, due: Date.parse('2026-11-23T06:00:00Z') },
  notes: ['Only 79.5 % of the bay-time of the period is known.'],
  ...{ dueZone: 'Europe/Berlin', isAsked: false, isLate: false },
  file: { name: 'baykeeper_occupancy.xlsx', type: 'x', bytes: 12_345 },
}
const file = new Uint8Array(12_345)

function messageOf(more: Partial<ReportContent> = {}, locale: 'en' | 'de' = 'en', title = 'Weekly', link?: string) {
  const event: NotifiedEvent = {
    ...{ alert: 'report:a', event: 'report', at: content.due, author: '', comment: '', severity: 'info', rule: '' },
    ...{ site: 'north', title, text: '', report: { ...content, ...more } },
  }
  const taken: TakenMessage = {
    ...{ key: 'k1', channel: 'planners', kind: 'report', attempt: 1, isFixed: false, events: [event], count: 1 },
    beganAt: 0,
  }
  const isLarge = more.file?.bytes === null
  const message = reportMessage(taken, { locale, timeZone: 'UTC', link }, isLarge ? undefined : file)
  assert.ok(typeof message !== 'string', String(message))
  return message as OutgoingMessage
}

test('a message names what it is of, where, when, how much is known, and its file', () => {
  const { title, lines, attachment } = messageOf()
  assert.equal(title, 'Weekly: North Garage, 16 Nov 2026 – 22 Nov 2026')
  assert.deepEqual(lines, [
    'Occupancy',
    'Place: North Garage',
    'Period: 16 Nov 2026 to 22 Nov 2026 (Europe/Berlin)',
    'Coverage: 97.8% of the bay-time is known; 2.2% is unknown, and counts neither as free nor as taken',
    'Due: Monday, 23 November 2026 at 07:00 (Europe/Berlin)',
    'Attached: baykeeper_occupancy.xlsx (13 kB)',
    '',
    'Note: Only 79.5 % of the bay-time of the period is known.',
  ])
  assert.equal(attachment?.bytes.byteLength, 12_345)
})

test('a German channel gets German text, its notes too', () => {
  const text = messageOf({}, 'de').lines.join('\n')
  assert.match(text, /^Belegung\nOrt: North Garage\nZeitraum: 16\.11\.2026 bis 22\.11\.2026/)
  assert.match(text, /97,8\s?% der Stellplatzzeit sind bekannt; 2,2\s?% sind unbekannt/)
  assert.match(text, /Hinweis: Nur 79,5 % der Stellplatzzeit/)
  assert.doesNotMatch(text, /known|Note|Period/)
})

test('a late one states that first, one that was asked for has no due time, and one of a day names one day', () => {
  assert.match(messageOf({ isLate: true }).lines[0] ?? '', /late/)
  assert.match(messageOf({ isAsked: true }).lines.join('\n'), /^Asked for, beside its due times: Monday/m)
  const day = messageOf({ from: '2026-11-22', to: '2026-11-23' })
  assert.equal(day.title, 'Weekly: North Garage, 22 Nov 2026')
  assert.match(day.lines.join('\n'), /^Period: 22 Nov 2026 \(Europe/m)
})

test('the link opens the same place and days later, also where the address of the desk is configured', () => {
  const address = 'https://parking.example.org/desk/reports?from=2026-11-16&last=2026-11-22&site=north&compare=previous'
  for (const link of [
    'https://parking.example.org',
    'https://parking.example.org/',
    'https://parking.example.org/desk/',
  ])
    assert.equal(messageOf({}, 'en', 'Weekly', link).link, address)
  assert.equal(messageOf().link, undefined)
})

test('the link of an alert opens the alerts of the desk', () => {
  const event: NotifiedEvent = {
    ...{ alert: 'a', event: 'raised', at: 0, author: '', comment: '', severity: 'info', rule: '', site: '' },
    ...{ title: 'Silent', text: '' },
  }
  const taken = { key: 'k', channel: 'c', kind: 'alert', attempt: 1, isFixed: false, count: 1, beganAt: 0 } as const
  const options = { locale: 'en', timeZone: 'UTC', link: 'https://parking.example.org/' } as const
  assert.equal(alertMessage({ ...taken, events: [event] }, options).link, 'https://parking.example.org/desk/alerts')
})

test('a file that is too large is a sentence with the way to it, and no attachment', () => {
  const large = { file: { ...content.file, bytes: null } }
  const linked = messageOf(large, 'en', 'Weekly', 'https://parking.example.org')
  assert.equal(linked.attachment, undefined)
  assert.match(linked.lines.join('\n'), /larger than 10\.5 MB and is not attached\.\nOpen it by the link below/)
  assert.match(messageOf(large).lines.join('\n'), /Export it from the reports page/)
})

test('a name and a place add no line and no header', () => {
  const evil = 'Weekly\r\nBcc: eve@example.org\u2028x\u202e'
  const { title, lines } = messageOf({ place: evil, kind: 'x\r\ny' }, 'en', evil)
  assert.doesNotMatch(title, /[\p{Cc}\p{Zl}\u202e]/u)
  for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\u202e]/u)
})

test('a report whose file is gone is not sent empty', () => {
  const event = { ...({} as NotifiedEvent), title: 'Weekly', report: content }
  const taken = { key: 'k', events: [event] } as unknown as TakenMessage
  assert.equal(typeof reportMessage(taken, { locale: 'en', timeZone: 'UTC' }, undefined), 'string')
  assert.equal(
    typeof reportMessage(
      { ...taken, events: [{ ...event, report: undefined as never }] },
      { locale: 'en', timeZone: 'UTC' },
      file,
    ),
    'string',
  )
})
