/** The desk's words with those of the pages about people and keys. */
import type { ComponentType } from 'preact'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { sharedBy, wordsIn } from '../../kit/page-words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type AccessKeyText, accessEn, type ChoiceTexts, choicesEn } from './en.ts'

interface AccessWords {
  readonly words: Words<TextKey | AccessKeyText>
  readonly choices: ChoiceTexts
}

const { around, use } = sharedBy<AccessWords>('the pages about people and keys')
export const useAccessWords = use

const german = () => import('./de.ts')

/** The page with its words around it, as the desk opens it. */
export async function withWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const words = await wordsIn(desk, accessEn, async () => (await german()).accessDe)
  const choices = words.locale === 'de' ? (await german()).choicesDe : choicesEn
  return around({ words, choices }, page)
}

/** Ids of sites as they are typed; null: all. */
export function sitesIn(text: string): string[] | null {
  const ids = text.split(',').flatMap((id) => id.trim() || [])
  return ids.length > 0 ? ids : null
}
