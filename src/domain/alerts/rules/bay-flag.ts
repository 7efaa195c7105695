/** Watches a doubt about bays, as the bay fold marks it. */
import { type BayFlag, bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import type { RuleDeclaration } from '../declaration.ts'
import type { AlertRule } from '../rule.ts'

export const bayFlag =
  (flag: BayFlag, textOf: (bay: string) => string): NonNullable<RuleDeclaration['watcher']> =>
  (rules, { world, put, subjectsOn }) => {
    const rule = rules[0] as AlertRule
    const bit = bayFlagBits[flag]
    const judge = (bay: string, isOn: boolean, at: number) =>
      put(rule, { kind: 'bay', id: bay }, { isOn, at, value: null, text: () => textOf(bay) }, () =>
        world.subjectOfBay(bay),
      )
    return {
      follows: {
        flags({ bay, before, after, time }) {
          if (((before ^ after) & bit) !== 0) judge(bay, (after & bit) !== 0, time)
        },
      },
      look(at) {
        for (const { id } of [...subjectsOn(rule)]) if (((world.bay(id)?.flags ?? 0) & bit) === 0) judge(id, false, at)
        for (const bay of world.watching.closed.keys())
          if (((world.bay(bay)?.flags ?? 0) & bit) !== 0) judge(bay, true, at)
      },
    }
  }
