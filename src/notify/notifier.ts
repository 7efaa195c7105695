/**
 * The notifier: follows the events of alerts and sends them, and the reports that are due (report-agenda.ts). At least once, each under one key;
 * nothing waits for it.
 *
 * - An event is followed once: its deliveries and the place in the feed are one transaction of `notify.db`.
 * - At the first start it begins behind the newest event. What is older than a day is not sent.
 * - A database that was built again, or restored, brings known events a second time: they are recognised by their ids.
 */

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MailOutcome } from '@baykeeper/contract/accounts.ts'
import type { ChannelHealth, Delivery, DeliveryQuery, TestOutcome } from '@baykeeper/contract/notifications.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import { createAddressList } from '../lib/address-list.ts'
import type { Log } from '../lib/log.ts'
import type { Resolve } from '../lib/outbound-request.ts'
import type { RetrySchedule } from '../lib/retry.ts'
import type { AlertEvent, EventFeed } from './alert-event.ts'
import { type ChannelLoop, createChannelLoop } from './channel-loop.ts'
import type { Channel } from './channels/channel.ts'
import { createChannel } from './channels/list.ts'
import { type ContactBook, createContactBook } from './contact-book.ts'
import { type NotifiedEvent, type TakenMessage, usualBackoff } from './delivery.ts'
import { createDeliveryBook, type DeliveryBook } from './delivery-book.ts'
import { channelHealth, listDeliveries } from './delivery-reports.ts'
import { type FollowerState, followEvents } from './event-follower.ts'
import { type MailedInvitation, sendInvitation } from './invitation.ts'
import { type MessageOptions, messageOf } from './message.ts'
import { messageWords } from './message-words.ts'
import { openNotifyDatabase } from './notify-database.ts'
import { createOutageNotice } from './outage-notice.ts'
import { type AskOutcome, startReportAgenda } from './report-agenda.ts'
import { createReportBook, type ReportBook } from './report-book.ts'
import { reportMessage } from './report-message.ts'
import { type MailedReport, mailedReports } from './report-results.ts'
import { noReports, type ReportSource } from './report-source.ts'
import { createRouting } from './routing.ts'
import { caOf, secretOf } from './secrets.ts'
import type { ChannelSettings, NotificationSettings } from './settings.ts'

export interface NotifierOptions {
  readonly settings: NotificationSettings
  readonly dataDir: string
  readonly feed: EventFeed
  /** Absent: no reports are sent. */
  readonly reports?: ReportSource
  /** How often schedules of reports are looked at. */
  readonly reportPollMs?: number
  readonly log: Log
  readonly now?: () => number
  readonly env?: NodeJS.ProcessEnv
  readonly resolve?: Resolve
  /** Between the attempts of a message; the usual one waits for seconds at least. */
  readonly backoff?: RetrySchedule
}

export interface NotifierReport {
  readonly state: FollowerState['is']
  readonly detail: string
  readonly channels: readonly ChannelHealth[]
}

export interface Notifier extends AsyncDisposable {
  report(): NotifierReport
  deliveries(query: DeliveryQuery): readonly Delivery[]
  /** Undefined: there is no such channel. */
  test(channel: string): Promise<TestOutcome | undefined>
  /** False: there is no dead delivery of this id. */
  retry(id: number): boolean
  /** What is known of the database now: an outage is reported while it lasts. */
  health(database: SystemHealth['database']): void
  readonly contacts: ContactBook
  /** The newest report of each schedule that is remembered. */
  mailedReports(): readonly MailedReport[]
  /** Sends it at once; it is not kept. */
  invite(invitation: MailedInvitation): Promise<MailOutcome>
  /** Sends a report beside its due times. Undefined: there is no such schedule. */
  sendReport(schedule: string, author: string): Promise<AskOutcome | undefined>
}

const sweepMs = 60_000
/** How long attempts that are under way may take when the server stops. */
const leaveMsMax = 3_000

interface Books {
  readonly book: DeliveryBook
  readonly contacts: ContactBook
  readonly reports: ReportBook
}

interface RunningChannel {
  readonly settings: ChannelSettings
  readonly channel: Channel
  readonly loop: ChannelLoop
}

/** Works until it is disposed of. Throws when `notify.db` cannot be opened. */
export function startNotifier(options: NotifierOptions): Notifier {
  const { settings, feed, log, now = Date.now } = options
  const { database, db, book, contacts, reports } = openBooks(options)
  const stop = new AbortController()
  const end = new AbortController()
  const running = runningChannels({ book, contacts, reports }, options)
  const routing = createRouting(settings)
  const route = (event: AlertEvent) => routing(event, now())
  const onWork = (channels: ReadonlySet<string>) => {
    for (const name of channels) running.get(name)?.loop.wake()
  }
  const outage = createOutageNotice({ db, now, announce: (event) => onWork(book.announce(event, route)) })
  const follower = followEvents({
    ...{ feed, book, log, signal: stop.signal, route, onWork, saw: outage.saw },
    async look() {
      const rule = await feed.outageRule?.()
      if (rule) outage.rule(rule)
    },
  })
  const agenda = startReportAgenda({
    ...{ source: options.reports ?? noReports, book: reports, channels: settings.channels, log, now },
    ...{ signal: stop.signal, pollMs: options.reportPollMs },
    onMade: (name) => running.get(name)?.loop.wake(),
  })
  const sweeping = startSweeping(book, log)
  for (const { loop } of running.values()) loop.start(stop.signal, end.signal)
  return {
    report: () => ({
      state: follower.state().is,
      detail: follower.state().detail,
      channels: healthOf(db, running),
    }),
    deliveries: (query) => listDeliveries(db, query),
    async test(name) {
      const found = running.get(name)
      return found && (await testOf(name, found, settings, end.signal, now()))
    },
    retry(id) {
      const isDone = book.retry(id)
      if (isDone) for (const { loop } of running.values()) loop.wake()
      agenda.wake()
      return isDone
    },
    health: outage.look,
    contacts,
    mailedReports: () => mailedReports(db),
    sendReport: agenda.ask,
    invite: (invitation) =>
      sendInvitation(invitation, { settings, env: options.env ?? process.env, signal: end.signal, now }),
    async [Symbol.asyncDispose]() {
      clearInterval(sweeping)
      stop.abort(new Error('the server is stopping'))
      await follower.ended
      await agenda.ended
      await leave([...running.values()], end)
      database[Symbol.dispose]()
    },
  }
}

/** What an earlier run left is taken up or given up. */
function openBooks({ settings, dataDir, log, now = Date.now, backoff }: NotifierOptions) {
  const database = openNotifyDatabase(path.join(dataDir, 'notify.db'), log)
  const { db } = database
  const book = createDeliveryBook(db, now, backoff)
  const contacts = createContactBook(db)
  const reports = createReportBook(db, now, backoff ?? usualBackoff)
  book.recover()
  const left = book.abandon(Object.keys(settings.channels))
  if (left > 0) log.warn('notifications of channels that are not configured any more were given up', { count: left })
  return { database, db, book, contacts, reports }
}

/** What is cut off is sent again by the next process, under its key: better to let it end. */
async function leave(running: readonly RunningChannel[], end: AbortController): Promise<void> {
  const idle = Promise.all(running.map(({ loop }) => loop.idle()))
  await Promise.race([idle, sleep(leaveMsMax, undefined, { ref: false })])
  end.abort(new Error('the server is stopping'))
  await idle
}

/** What cannot be sent for a day is given up, and what was finished long ago is removed: now, and every minute. */
function startSweeping(book: DeliveryBook, log: Log): NodeJS.Timeout {
  const sweep = () => {
    const count = book.sweep()
    if (count > 0) log.error('notifications were given up', { count, reason: 'they could not be sent for a day' })
  }
  sweep()
  return setInterval(sweep, sweepMs)
}

function healthOf(db: DatabaseSync, running: ReadonlyMap<string, RunningChannel>): ChannelHealth[] {
  return channelHealth(
    db,
    [...running].map(
      ([
        name,
        {
          settings: { kind, severity },
          channel: { target },
          loop: { pausedUntil },
        },
      ]) => ({
        ...{ name, kind, severity, target, pausedUntil },
      }),
    ),
  )
}

const runningChannels = (books: Books, options: NotifierOptions): ReadonlyMap<string, RunningChannel> =>
  new Map(
    Object.entries(options.settings.channels).map(([name, one]) => [name, runningChannel(name, one, books, options)]),
  )

function runningChannel(
  name: string,
  one: ChannelSettings,
  { book, contacts, reports }: Books,
  { settings, log, now = Date.now, env = process.env, resolve, backoff = usualBackoff }: NotifierOptions,
): RunningChannel {
  const channel = createChannel(one, {
    secret: () => secretOf(name, one, env),
    ca: () => caOf(one),
    outbound: { isAllowed: createAddressList(settings.allowAddresses), ...(resolve ? { resolve } : {}) },
    now,
  })
  const loop = createChannelLoop({
    ...{ name, channel, book, backoff, concurrency: one.concurrency, rate: one.rate, now, log },
    onFinished({ events }) {
      for (const { event, alert } of events) if (event === 'wait-met') contacts.remove(alert)
    },
    message(taken) {
      const words = { locale: one.locale, timeZone: settings.timeZone, link: settings.link }
      return taken.kind === 'report' ? ofReport(taken, one, words, reports) : addressed(taken, words, contacts)
    },
  })
  return { settings: one, channel, loop }
}

function ofReport(taken: TakenMessage, { kind }: ChannelSettings, words: MessageOptions, reports: ReportBook) {
  if (kind !== 'email') return `The channel is of kind ${kind} now: reports are sent by a channel of kind email.`
  return reportMessage(taken, words, reports.file(taken.key))
}

/** A message about a wait goes to the address of the wait; without one, to the receivers of the channel. */
function addressed(taken: TakenMessage, words: MessageOptions, contacts: ContactBook) {
  const message = messageOf(taken, words)
  const contact = message.event.event === 'wait-met' ? contacts.of(message.event.alert) : undefined
  if (contact === '') return 'The address is not known any more.'
  return contact === undefined ? message : { ...message, address: contact }
}

async function testOf(
  name: string,
  { channel, settings: one }: RunningChannel,
  settings: NotificationSettings,
  signal: AbortSignal,
  at: number,
): Promise<TestOutcome> {
  const words = messageWords[one.locale]
  const event: NotifiedEvent = {
    ...{ alert: 'test', event: 'test', at, author: '', comment: '', severity: 'info', rule: '', site: '' },
    ...{ title: words.testTitle, text: words.testText },
  }
  const key = randomUUID().replaceAll('-', '')
  const taken: TakenMessage = {
    key,
    channel: name,
    kind: 'test',
    attempt: 1,
    isFixed: false,
    events: [event],
    count: 1,
    beganAt: at,
  }
  const began = performance.now()
  const outcome = await channel.send(messageOf(taken, { ...settings, locale: one.locale }), signal)
  return {
    channel: name,
    sent: outcome.is === 'sent',
    detail: outcome.detail,
    took_ms: Math.round(performance.now() - began),
  }
}
