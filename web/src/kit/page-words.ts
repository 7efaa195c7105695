/** What the parts of one page share: its words in the desk's language, and what else it is opened with. */
import { type ComponentType, createContext, createElement } from 'preact'
import { useContext } from 'preact/hooks'
import type { TextKey } from '../i18n/en.ts'
import type { Texts, Translation, Words } from '../i18n/words.ts'
import type { Desk } from '../shell/desk.ts'

export interface Shared<T> {
  around(value: T, inner: ComponentType): ComponentType
  /** Throws outside of the page: a part was rendered where it does not belong. */
  use(): T
}

export function sharedBy<T>(name: string): Shared<T> {
  const Context = createContext<T | undefined>(undefined)
  return {
    around: (value, inner) => () => createElement(Context.Provider, { value }, createElement(inner, null)),
    use() {
      const value = useContext(Context)
      if (value === undefined) throw new Error(`rendered outside of ${name}`)
      return value
    },
  }
}

/** German texts are fetched only for readers of German. */
export const wordsIn = async <K extends string>(
  { words }: Pick<Desk, 'words'>,
  english: Texts<K>,
  german: () => Promise<Translation<K>>,
): Promise<Words<TextKey | K>> => words.with(english, words.locale === 'de' ? await german() : undefined)

/** A page whose parts share its words alone. */
export function pageWords<K extends string>(name: string, english: Texts<K>, german: () => Promise<Translation<K>>) {
  const { around, use } = sharedBy<Words<TextKey | K>>(name)
  return {
    use,
    /** The page with its words around it, as the desk opens it. */
    load: async (desk: Desk, page: ComponentType) => around(await wordsIn(desk, english, german), page),
  }
}
