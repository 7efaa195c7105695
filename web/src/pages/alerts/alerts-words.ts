/** The desk's words with those of the alert pages, in the desk's language, and texts of built-in rules in that language. */
import { shownSentence } from '@baykeeper/contract/alert-sentences.ts'
import type { ComponentType } from 'preact'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { sharedBy } from '../../kit/page-words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type AlertsKey, alertsEn } from './en.ts'

export interface AlertsWords extends Words<TextKey | AlertsKey> {
  /** Title, next steps or description of a rule; a text that a person has written is shown as it is. */
  ofRule(text: string): string
  /** What was seen, as the server wrote it; moments in it are those of the zone. */
  sentence(text: string, zone: string | undefined): string
  /** Part of a title of rules in the reader's language, which the server does not know. */
  isTranslated(part: string): boolean
}

export const { around: aroundAlerts, use: useAlertsWords } = sharedBy<AlertsWords>('the alert pages')

export async function alertsWords(desk: Desk): Promise<AlertsWords> {
  const { words } = desk
  const sentence: AlertsWords['sentence'] = (text, zone) =>
    unbroken(shownSentence(text, words.locale === 'de' ? 'de' : 'en', (at) => words.dayMinute(at, zone)).text)
  if (words.locale !== 'de')
    return { ...words.with<AlertsKey>(alertsEn), ofRule: unbroken, sentence, isTranslated: () => false }
  const { alertsDe, ruleTextsDe } = await import('./german.ts')
  const translated = Object.values(ruleTextsDe).flatMap((text) => (text.endsWith('.') ? [] : text.toLowerCase()))
  return {
    ...words.with<AlertsKey>(alertsEn, alertsDe),
    ...{ ofRule: (text) => unbroken(ruleTextsDe[text] ?? text), sentence },
    isTranslated: (part) => translated.some((text) => text.includes(part)),
  }
}

/** The page with its words around it, as the desk opens it. */
export async function withAlertsWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  return aroundAlerts(await alertsWords(desk), page)
}

/** No line ends between a number and its percent sign. */
const unbroken = (text: string): string => text.replaceAll(/(\d) %/g, '$1\u00a0%')
