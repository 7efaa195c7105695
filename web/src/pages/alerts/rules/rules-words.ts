/** Words of the rule pages: those of the desk and of the alerts, with their own. */
import type { ComponentType } from 'preact'
import type { TextKey } from '../../../i18n/en.ts'
import type { Words } from '../../../i18n/words.ts'
import { sharedBy } from '../../../kit/page-words.ts'
import type { Desk } from '../../../shell/desk.ts'
import { type AlertsWords, alertsWords, aroundAlerts } from '../alerts-words.ts'
import type { AlertsKey } from '../en.ts'
import { type RulesKey, rulesEn } from './en.ts'

export interface RulesWords extends Words<TextKey | AlertsKey | RulesKey>, Pick<AlertsWords, 'ofRule'> {
  /** A note of a dry run. */
  ofDryRun(note: string): string
}

const { around, use } = sharedBy<RulesWords>('the rule pages')
export const useRulesWords = use

export async function withRulesWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const base = await alertsWords(desk)
  const german = desk.words.locale === 'de' ? await import('./german.ts') : undefined
  const words: RulesWords = {
    ...base.with<RulesKey>(rulesEn, german?.rulesDe),
    ofRule: base.ofRule,
    ofDryRun: german?.dryNoteInGerman ?? ((note) => note),
  }
  return aroundAlerts(base, around(words, page))
}
