/** The web process's way to the notifier: reports come by `main` every second, questions go through it and back. */
import { randomUUID } from 'node:crypto'
import type { MailOutcome } from '@baykeeper/contract/accounts.ts'
import type { Delivery, TestOutcome } from '@baykeeper/contract/notifications.ts'
import { type NotifierPort, NotifierUnavailable } from '../api/context.ts'
import { systemClock } from '../lib/clock.ts'
import type { ContactAdded } from '../notify/contact-book.ts'
import type { NotifierReport } from '../notify/notifier.ts'
import type { AskOutcome } from '../notify/report-agenda.ts'
import type { MailedReport } from '../notify/report-results.ts'
import type { Child } from './child.ts'
import type { NotifierAnswer, NotifierQuestion } from './messages.ts'

/** The longest attempt of a test takes three timeouts of at most two minutes. */
const testMsMax = 370_000
const answerMsMax = 10_000
const questionsMax = 64

export function createNotifierLink(
  child: Pick<Child, 'send' | 'onMessage'>,
  report: () => NotifierReport | undefined,
): NotifierPort {
  const waiting = new Map<string, (answer: NotifierAnswer) => void>()
  child.onMessage((message) => {
    if (message.type === 'notifier-answer') waiting.get(message.request)?.(message.answer)
  })
  async function ask(question: NotifierQuestion): Promise<unknown> {
    if (waiting.size >= questionsMax) throw new NotifierUnavailable('The notifier has too many questions to answer.')
    const request = randomUUID()
    const { promise, resolve } = Promise.withResolvers<NotifierAnswer>()
    waiting.set(request, resolve)
    const done = new AbortController()
    try {
      child.send({ type: 'notifier-question', request, question })
      const late = systemClock.sleep(
        question.is === 'test' || question.is === 'invite' ? testMsMax : answerMsMax,
        done.signal,
      )
      // The sleep is aborted once it is not needed any more.
      const answer = await Promise.race([promise, late.then(() => overdue).catch(() => overdue)])
      if (!answer.ok) throw new NotifierUnavailable(answer.message)
      return answer.value
    } finally {
      done.abort()
      waiting.delete(request)
    }
  }
  return {
    report() {
      const newest = report()
      if (newest) return { state: newest.state, detail: newest.detail, items: [...newest.channels] }
      return { state: 'absent', detail: 'The notifier process does not run or does not report.', items: [] }
    },
    deliveries: async (query) => (await ask({ is: 'deliveries', query })) as readonly Delivery[],
    test: async (channel) => (await ask({ is: 'test', channel })) as TestOutcome | undefined,
    retry: async (id) => (await ask({ is: 'retry', id })) as boolean,
    mailedReports: async () => (await ask({ is: 'mailed-reports' })) as readonly MailedReport[],
    sendReport: async (schedule, author) =>
      (await ask({ is: 'send-report', schedule, author })) as AskOutcome | undefined,
    addContact: async (contact) => (await ask({ is: 'add-contact', ...contact })) as ContactAdded,
    isContact: async (wait, address) => (await ask({ is: 'is-contact', wait, address })) as boolean,
    invite: async (invitation) => (await ask({ is: 'invite', ...invitation })) as MailOutcome,
    removeContact: async (wait) => void (await ask({ is: 'remove-contact', wait })),
  }
}

const overdue: NotifierAnswer = { ok: false, message: 'The notifier does not answer.' }
