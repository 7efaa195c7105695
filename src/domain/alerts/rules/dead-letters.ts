/** Messages that could not be decoded. */
import type { RuleDeclaration } from '../declaration.ts'
import { type AlertRule, usualSettings } from '../rule.ts'
import { subject } from '../subject.ts'

/** Letters of one source within an hour. */
const windowMs = 3_600_000

interface Counted {
  readonly from: number
  readonly letters: number
}

export const deadLetters: RuleDeclaration = {
  kind: 'dead-letters',
  about:
    'More messages of a source than the threshold could not be decoded within an hour. They are kept, and a person resolves it.',
  subject: 'source',
  unit: 'messages',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Messages could not be decoded', threshold: 0 },
    next: 'Open "Messages received but not decoded", choose a decoder or correct the sender, and retry them.',
  },
  isResolvable: true,
  watcher(rules, { put, recall, remember }) {
    const rule = rules[0] as AlertRule
    return {
      follows: {
        letter({ source, code, time }) {
          const name = `letters ${source}`
          const known = recall(name) as Counted | undefined
          const counted = known && time - known.from < windowMs ? known : { from: time, letters: 0 }
          const letters = counted.letters + 1
          remember(name, { from: counted.from, letters })
          const isOn = letters > (rule.threshold ?? 0)
          if (!isOn) return
          const text = () =>
            `${letters} ${letters === 1 ? 'message' : 'messages'} of ${source} could not be decoded; the last: ${code}.`
          put(rule, { kind: 'source', id: source }, { isOn, at: time, value: letters, text, isAgain: true }, () =>
            subject('source', source, { source }),
          )
        },
      },
      // What was decoded before is history.
      look: () => undefined,
    }
  },
}
