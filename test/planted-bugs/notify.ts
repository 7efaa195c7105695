/** Bugs of notifications: what would lose one, send it twice, send it to the wrong place, or reach a service of the server itself. */
import type { PlantedBug } from './planted-bug.ts'

const book = ['--test', 'src/notify/delivery-book.test.ts']
const routing = ['--test', 'src/notify/routing.test.ts']
const address = ['--test', 'src/lib/outbound-address.test.ts']
const request = ['--test', 'src/notify/outbound-request.test.ts']
const webhook = ['--test', 'src/notify/channels/webhook.test.ts']
const ntfy = ['--test', 'src/notify/channels/ntfy.test.ts']
const delivery = ['--test', 'src/notify/delivery.test.ts']
const agenda = ['--test', 'src/notify/report-agenda.test.ts']
const due = ['--test', 'src/domain/report-due.test.ts']
const waits = ['--test', 'src/domain/alerts/waits.test.ts']
const outage = ['--test', 'src/notify/outage-notice.test.ts']
const notifier = ['--test', 'src/notify/notifier.slow.test.ts']

export const notifyBugs: readonly PlantedBug[] = [
  {
    what: 'notifies of an outage of the database once more when it is stored',
    file: 'src/notify/outage-event.ts',
    from: "event: 'raised', at }",
    to: "event: 'raised', at: at + 1 }",
    judge: outage,
  },
  {
    what: 'makes a new alert of an outage whose last one waits for a person',
    file: 'src/notify/outage-event.ts',
    from: '!alert.isAcknowledged || at',
    to: 'at',
    judge: outage,
  },
  {
    what: 'notifies of an outage again when its process was started again',
    file: 'src/notify/outage-notice.ts',
    from: "let begun = state.get<Begun>('outage')",
    to: 'let begun: Begun | undefined',
    judge: outage,
  },
  {
    what: 'follows events from the newest one when the database is back',
    file: 'src/notify/event-follower.ts',
    from: 'const place = book.place() ?? (await begin(feed, book))',
    to: 'const place = (failures === 0 ? book.place() : undefined) ?? (await begin(feed, book))',
    judge: notifier,
  },
  {
    what: 'sends an event again when the database was built again',
    file: 'src/notify/delivery-book.ts',
    from: ' || see.run(id, event.at).changes === 0) return []',
    to: ') return []',
    judge: book,
  },
  {
    what: 'gives an event another key in another database',
    file: 'src/notify/delivery-book.ts',
    from: 'const key = shortHash([id, channel])',
    to: 'const key = shortHash([id, channel, String(Math.random())])',
    judge: book,
  },
  {
    what: 'sends a message that may have arrived under another key',
    file: 'src/notify/delivery-book.ts',
    from: 'outcome.reached || message.isFixed ? message.key : null',
    to: 'message.isFixed ? message.key : null',
    judge: book,
  },
  {
    what: 'forgets that an earlier attempt may have arrived',
    file: 'src/notify/delivery-book.ts',
    from: 'outcome.reached || message.isFixed ? message.key : null',
    to: 'outcome.reached ? message.key : null',
    judge: book,
  },
  {
    what: 'loses what a killed process was sending',
    file: 'src/notify/delivery-book.ts',
    from: "set state = 'pending', next_at = 0 where state = 'sending'",
    to: "set next_at = 0 where state = 'sending'",
    judge: book,
  },
  {
    what: 'tries for ever what fails',
    file: 'src/notify/delivery-book.ts',
    from: 'outcome.permanent || at - message.beganAt >= giveUpMs',
    to: 'outcome.permanent',
    judge: book,
  },
  {
    what: 'sends a clear before its raise',
    file: 'src/notify/message-groups.ts',
    from: "(e.state = 'sending' or e.state = 'pending' and e.message is not null)",
    to: "(e.state = 'sending' and e.message is null)",
    judge: book,
  },
  {
    what: 'lets a queue grow without a bound',
    file: 'src/notify/delivery-book.ts',
    from: 'if (count >= pendingMax) return false',
    to: 'if (count > 10 * pendingMax) return false',
    judge: book,
  },
  {
    what: 'merges the message of a person who waits into one for all',
    file: 'src/notify/message-groups.ts',
    from: 'message is null and is_personal = 0 and',
    to: 'message is null and',
    judge: book,
  },
  {
    what: 'holds back a critical event in quiet hours',
    file: 'src/notify/routing.ts',
    from: "event.severity === 'critical' ? undefined : ",
    to: '',
    judge: routing,
  },
  {
    what: 'notifies of an event that is held back by design',
    file: 'src/notify/routing.ts',
    from: '    if (event.isQuiet) return []\n',
    to: '',
    judge: routing,
  },
  {
    what: 'reaches the server through an IPv4 address within IPv6',
    file: 'src/lib/outbound-address.ts',
    from: 'if (e === 0 && f === 0xffff) return { inner: low, isWrapper: true }',
    to: '',
    judge: address,
  },
  {
    what: 'judges only the first address of a name',
    file: 'src/lib/outbound-request.ts',
    from: 'for (const { address } of addresses) {',
    to: 'for (const { address } of addresses.slice(0, 1)) {',
    judge: request,
  },
  {
    what: 'resolves a name again when it connects',
    file: 'src/lib/outbound-request.ts',
    from: "connection: 'close' },\n    lookup: pinnedTo(addresses),\n    signal: deadline,\n    ...(isSecure && ca",
    to: "connection: 'close' },\n    signal: deadline,\n    ...(isSecure && ca",
    judge: request,
  },
  {
    what: 'signs the body without its time',
    file: 'src/notify/channels/webhook.ts',
    from: `.update(\`\${time}.\${body}\`)`,
    to: '.update(body)',
    judge: webhook,
  },
  {
    what: 'sends a webhook without a signature when its secret cannot be read',
    file: 'src/notify/channels/webhook.ts',
    from: 'settings.secretFile !== undefined && secret === undefined && message.address === undefined',
    to: 'secret === null',
    judge: webhook,
  },
  {
    what: 'writes Latin-1 into a header',
    file: 'src/notify/channels/ntfy.ts',
    from: '/^[\\x20-\\x7e]*$/.test(text)',
    to: '/^[\\x20-\\xff]*$/.test(text)',
    judge: ntfy,
  },
  {
    what: 'waits for as long as a server asks',
    file: 'src/notify/delivery.ts',
    from: 'Math.min(retryAfterMs, retryAfterMsMax)',
    to: 'retryAfterMs',
    judge: delivery,
  },
  {
    what: 'forgets a person who waits by a restart',
    file: 'src/domain/alerts/waits.ts',
    from: 'for (const wait of rememberedIn(book, waitName)) waits.set(wait.id, wait)',
    to: '',
    judge: waits,
  },
  {
    what: 'notifies a person who waits again and again',
    file: 'src/domain/alerts/waits.ts',
    from: '    end(wait.id)\n',
    to: '',
    judge: waits,
  },
  {
    what: 'gives a report another key each time',
    file: 'src/notify/report-book.ts',
    from: "insert(report, shortHash(['report', report.schedule, String(report.due)]), false)",
    to: "insert(report, shortHash(['report', report.schedule, String(now())]), false)",
    judge: agenda,
  },
  {
    what: 'sends a report before it is made',
    file: 'src/notify/message-groups.ts',
    from: `\${critical} and \${isMade} and`,
    to: `\${critical} and`,
    judge: agenda,
  },
  {
    what: 'merges reports that the rate holds back',
    file: 'src/notify/message-groups.ts',
    from: "  if (head.is_report === 1) return { rows: [head], kind: 'report', key: head.key }\n",
    to: '',
    judge: agenda,
  },
  {
    what: 'sends what was due before a schedule was set',
    file: 'src/notify/report-agenda.ts',
    from: 'Math.max(Math.min(upto, at), since > at ? 0 : since)',
    to: 'Math.min(upto, at)',
    judge: agenda,
  },
  {
    what: 'sends no report any more once its clock was ahead',
    file: 'src/notify/report-agenda.ts',
    from: '  if (upto > at) book.setUpto(row.id, at)\n',
    to: '',
    judge: agenda,
  },
  {
    what: 'sends a report of a schedule that was removed',
    file: 'src/notify/report-agenda.ts',
    from: "book.cancel(id, isRemoved ? 'Its schedule was removed.' : 'Its schedule was paused.', isRemoved)",
    to: '',
    judge: agenda,
  },
  {
    what: 'sends a dead report again without its file',
    file: 'src/notify/delivery-book.ts',
    from: 'update report set made_at = null, tries = 0 where key',
    to: 'update report set tries = 0 where key',
    judge: agenda,
  },
  {
    what: 'leaves out the months that have no such day',
    file: 'src/domain/report-due.ts',
    from: 'Math.min(monthDay ?? 1, date.daysInMonth)',
    to: 'monthDay',
    judge: due,
  },
]
