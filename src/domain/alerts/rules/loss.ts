/** Messages that were lost, before they reached the server or by it. */
import { type LossCause, losses } from '@baykeeper/contract/vocabulary.ts'
import type { RuleDeclaration } from '../declaration.ts'
import { type AlertRule, usualSettings } from '../rule.ts'
import { subject } from '../subject.ts'

/** What was rejected got an error, and sequence gaps are counted by device. */
const isWatched = (cause: LossCause) => losses[cause].meaning !== 'rejected' && cause !== 'sequence-gap'

interface Known {
  readonly id: string
  readonly frames: number | null
  readonly detail: string
}

/** Ids are days, or numbers of records and moments. */
function compareIds(a: string, b: string): number {
  const areNumbers = /^\d+$/.test(a) && /^\d+$/.test(b)
  return areNumbers ? Number(a) - Number(b) : Number(a > b) - Number(a < b)
}

export const loss: RuleDeclaration = {
  kind: 'loss',
  about:
    'Messages were lost: accepted ones that can no longer be read, bytes or datagrams that the system dropped, time in which no process listened. A person resolves it.',
  subject: 'source',
  unit: 'messages',
  defaults: {
    ...usualSettings,
    ...{ severity: 'critical', title: 'Messages were lost' },
    next: 'Open "Data loss" for the cause and the time. Messages that a sender keeps come again; others are gone.',
  },
  isResolvable: true,
  watcher(rules, { put, recall, remember }) {
    const rule = rules[0] as AlertRule
    return {
      follows: {
        facts(facts) {
          for (const { source, cause, id, frames, detail } of facts.losses) {
            if (!isWatched(cause)) continue
            const name = `loss ${source} ${cause}`
            const known = recall(name) as Known | undefined
            const order = known ? compareIds(known.id, id) : -1
            const isMore = order < 0 || known?.frames !== frames
            // A loss that goes on comes again with every heartbeat.
            if (order > 0 || (!isMore && known?.detail === detail)) continue
            remember(name, { id, frames, detail })
            const key = { kind: 'source', id: `${source} ${cause}` } as const
            put(rule, key, { isOn: true, at: facts.at, value: frames, text: () => detail, isAgain: isMore }, () =>
              subject('source', key.id, { source }),
            )
          }
        },
      },
      look: () => undefined,
    }
  },
}
