/** Words of the rule pages: those of the desk and of the alerts, with their own. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../../i18n/en.ts'
import type { Words } from '../../../i18n/words.ts'
import type { Desk } from '../../../shell/desk.ts'
import { type AlertsWords, alertsWords, WordsContext } from '../alerts-words.ts'
import type { AlertsKey } from '../en.ts'
import { type RulesKey, rulesEn } from './en.ts'

export interface RulesWords extends Words<TextKey | AlertsKey | RulesKey>, Pick<AlertsWords, 'ofRule'> {
  /** A note of a dry run. */
  ofDryRun(note: string): string
}

const RulesContext = createContext<RulesWords | undefined>(undefined)

export async function withRulesWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const base = await alertsWords(desk)
  const [{ rulesDe: texts }, { dryNoteInGerman: ofDryRun }] =
    desk.words.locale === 'de'
      ? await Promise.all([import('./de.ts'), import('./dry-notes-de.ts')])
      : [{ rulesDe: rulesEn }, { dryNoteInGerman: (note: string) => note }]
  const words: RulesWords = { ...base.with<RulesKey>(texts), ofRule: base.ofRule, ofDryRun }
  const inner = createElement(RulesContext.Provider, { value: words }, createElement(page, null))
  return () => createElement(WordsContext.Provider, { value: base }, inner)
}

export function useRulesWords(): RulesWords {
  const words = useContext(RulesContext)
  if (!words) throw new Error('a part of the rule pages was rendered outside of them')
  return words
}
