/** The desk's words with those of the pages about devices and lots. */
import type { ComponentType } from 'preact'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import { sharedBy, wordsIn } from '../../kit/page-words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type DeviceChoices, type DevicesKey, deviceChoicesEn, devicesEn } from './en.ts'

interface DevicesWords {
  readonly words: Words<TextKey | DevicesKey>
  readonly choices: DeviceChoices
}

const { around, use } = sharedBy<DevicesWords>('the pages about devices')
export const useDevicesWords = use

const german = () => import('./de.ts')

/** The page with its words around it, as the desk opens it. */
export async function withDevicesWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const words = await wordsIn(desk, devicesEn, async () => (await german()).devicesDe)
  const choices = words.locale === 'de' ? (await german()).deviceChoicesDe : deviceChoicesEn
  return around({ words, choices }, page)
}
