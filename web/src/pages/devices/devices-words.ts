/** The desk's words with those of the pages about devices and lots, in the desk's language. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../../i18n/en.ts'
import type { Words } from '../../i18n/words.ts'
import type { Desk } from '../../shell/desk.ts'
import { type DeviceChoices, type DevicesKey, deviceChoicesEn, devicesEn } from './en.ts'

interface DevicesWords {
  readonly words: Words<TextKey | DevicesKey>
  readonly choices: DeviceChoices
}

const WordsContext = createContext<DevicesWords | undefined>(undefined)

/** The page with its words around it, as the desk opens it. */
export async function withDevicesWords(desk: Desk, page: ComponentType): Promise<ComponentType> {
  const german = desk.words.locale === 'de' ? await import('./de.ts') : undefined
  const words = desk.words.with<DevicesKey>(german?.devicesDe ?? devicesEn)
  const value = { words, choices: german?.deviceChoicesDe ?? deviceChoicesEn }
  return () => createElement(WordsContext.Provider, { value }, createElement(page, null))
}

export function useDevicesWords(): DevicesWords {
  const words = useContext(WordsContext)
  if (!words) throw new Error('a part of the pages about devices was rendered outside of them')
  return words
}
