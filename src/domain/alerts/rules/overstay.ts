/** A vehicle stands longer than the rule of its bay allows. */
import type { RuleDeclaration, Watcher, WatcherContext } from '../declaration.ts'
import { type AlertRule, usualSettings } from '../rule.ts'

export const overstay: RuleDeclaration = {
  kind: 'overstay',
  about:
    'A vehicle stands longer than the stay rule of its bay allows, with its grace. It clears when the bay is left.',
  subject: 'bay',
  unit: 'min',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Overstay', offDelayS: 30 },
    next: 'Check the bay on site, or send an officer. If the vehicle may stay, shelve the alert with the reason.',
  },
  watcher: overstays,
}

/** One that time alone did not show may have ended meanwhile: the departure is among the messages that came late too, and comes within this time. */
const settleMs = 60_000

function overstays([rule]: readonly AlertRule[], { world, put, subjectsOn, now }: WatcherContext): Watcher {
  const judge = (bay: string, maxStayMin: number, isOn: boolean, at: number, more: { notBefore?: number } = {}) => {
    const finding = {
      isOn,
      at,
      value: maxStayMin,
      limit: maxStayMin,
      ...more,
      text: () => `Bay ${bay}: parked longer than ${maxStayMin} min.`,
    }
    put(rule as AlertRule, { kind: 'bay', id: bay }, finding, () => world.subjectOfBay(bay))
  }
  return {
    follows: {
      overstay({ bay, maxStayMin, begun, ended }) {
        if (ended !== null) return judge(bay, maxStayMin, false, ended)
        judge(bay, maxStayMin, true, begun, now() > begun ? { notBefore: now() + settleMs } : {})
      },
    },
    look(at) {
      const current = new Map([...world.overstays()].map((one) => [one.bay, one]))
      for (const { id } of [...subjectsOn(rule as AlertRule)]) if (!current.has(id)) judge(id, 0, false, at)
      for (const { bay, maxStayMin, begun } of current.values()) judge(bay, maxStayMin, true, begun)
    },
  }
}
