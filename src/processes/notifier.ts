/** The notifier process: sends notifications of alerts, and reports when they are due. It may be missing, hung or killed, and nothing but a notification is late. */
import { storeUrl } from '../config/store-url.ts'
import { systemClock } from '../lib/clock.ts'
import { type Notifier, startNotifier } from '../notify/notifier.ts'
import { noReports } from '../notify/report-source.ts'
import { silentFeed, storedFeed } from '../notify/stored-feed.ts'
import { threadedReports } from '../reports/threaded-reports.ts'
import { aborted } from '../sources/listener.ts'
import { runChild } from './child.ts'
import { lateStore } from './late-store.ts'
import { mailedReportSource } from './mailed-reports.ts'
import type { NotifierAnswer, NotifierQuestion } from './messages.ts'

const reportEveryMs = 1_000

await runChild(async (child) => {
  const { settings, log, signal } = child
  const { config, dataDir, demo } = settings
  const url = storeUrl(config, dataDir)
  const { store } = lateStore(url, { log, clock: systemClock, signal })
  await using _released = store
  await using notifier = startNotifier({
    ...{ settings: config.notifications, dataDir, log },
    // Alerts and reports of the simulated city are not sent to people.
    feed: demo ? silentFeed : storedFeed(store),
    reports: demo
      ? noReports
      : mailedReportSource({
          ...{ store, reports: threadedReports(url), now: systemClock.now },
          keptDays: { stays: config.readingDays, bayChanges: config.bayDays },
        }),
  })
  child.onMessage((message) => {
    // Alerts of the simulated city are not sent to people, and nor is what happens to it.
    if (message.type === 'health' && !demo) notifier.health(message.health.database)
    if (message.type !== 'notifier-question') return
    const { request, question } = message
    answerTo(notifier, question).then(
      (answer) => child.send({ type: 'notifier-answer', request, answer }),
      (fault: Error) => child.send({ type: 'notifier-answer', request, answer: { ok: false, message: fault.message } }),
    )
  })
  const report = () => child.send({ type: 'notifier', report: notifier.report() })
  child.send({ type: 'ready' })
  report()
  const timer = setInterval(report, reportEveryMs)
  await aborted(signal)
  clearInterval(timer)
})

async function answerTo(notifier: Notifier, question: NotifierQuestion): Promise<NotifierAnswer> {
  switch (question.is) {
    case 'deliveries':
      return { ok: true, value: notifier.deliveries(question.query) }
    case 'test':
      return { ok: true, value: await notifier.test(question.channel) }
    case 'retry':
      return { ok: true, value: notifier.retry(question.id) }
    case 'mailed-reports':
      return { ok: true, value: notifier.mailedReports() }
    case 'send-report':
      return { ok: true, value: await notifier.sendReport(question.schedule, question.author) }
    case 'add-contact':
      return { ok: true, value: notifier.contacts.add(question.wait, question.address, question.until) }
    case 'is-contact':
      return { ok: true, value: notifier.contacts.is(question.wait, question.address) }
    case 'invite':
      return { ok: true, value: await notifier.invite(question) }
    case 'remove-contact':
      return { ok: true, value: notifier.contacts.remove(question.wait) }
  }
}
