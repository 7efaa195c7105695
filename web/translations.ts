/**
 * Writes the German texts of a build as lists in the order of the English ones: the page has the keys already, and they are a third of what a
 * translation weighs. In the source a translation stays a record, which the compiler checks key by key.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

const german = /[\\/](?<part>\w+-)?de\.ts$/

export function translationLists(): Plugin {
  return {
    name: 'translation-lists',
    apply: 'build',
    async transform(_code, id) {
      const file = id.split('?')[0] as string
      const part = german.exec(file)?.groups?.['part'] ?? ''
      if (!german.test(file) || !file.startsWith(path.join(import.meta.dirname, 'src'))) return null
      const english = path.join(path.dirname(file), `${part}en.ts`)
      const [texts, keys] = await Promise.all([moduleOf(file), moduleOf(english).catch(() => undefined)])
      // What is no translation of a file beside it stays as it is written.
      return keys === undefined ? null : { code: listsOf(texts, keys).join('\n'), map: null }
    },
  }
}

type Exports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const moduleOf = async (file: string) => (await import(pathToFileURL(file).href)) as Exports

function listsOf(texts: Exports, english: Exports): string[] {
  return Object.entries(texts).map(([name, values]) => {
    const source = english[name === 'de' ? 'en' : name.replace(/De$/, 'En')]
    if (source === undefined) throw new Error(`${name} has no English texts beside it`)
    if (typeof Object.values(values).find((value) => typeof value !== 'object') !== 'string')
      return `export const ${name} = ${JSON.stringify(values)}`
    const missing = Object.keys(source).filter((key) => !(key in values))
    if (missing.length > 0) throw new Error(`${name} has no text for ${missing.join(', ')}`)
    return `export const ${name} = ${JSON.stringify(Object.keys(source).map((key) => values[key]))}`
  })
}
