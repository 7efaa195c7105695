/**
 * The name of each configured source: part of the identity of every reading, so no two share one, and none changes when a release is
 * updated. Defaults are those that single sources have always had; each source declares its own.
 */

import { simulatorSource } from '../auth/ingest-tokens.ts'
import { repeated } from '../lib/repeated.ts'
import type { NamedSource, SettingsFault } from '../sources/declaration.ts'
import type { Config } from './config.ts'
import { type Section, sectionsOf } from './source-sections.ts'

/** By section: its sources in the order of its settings. */
export type SourceNames = ReadonlyMap<string, readonly NamedSource[]>

export function sourceNames(config: Config): SourceNames {
  const sections = sectionsOf(config)
  const settingsOf = new Map(sections.map((section) => [section.source.key, section]))
  const named = ({ source, settings }: Section): readonly NamedSource[] =>
    source.named(settings, (key) => {
      const other = settingsOf.get(key)
      return other ? named(other).map(({ name }) => name) : []
    })
  return new Map(sections.map((section) => [section.source.key, named(section)]))
}

/** Names that two sources would share, and what the settings of each source have against one another. */
export function sourceFaults(config: Config): SettingsFault[] {
  const simulator: NamedSource = { name: simulatorSource, at: ['demo'], what: 'the simulated city' }
  const all = [...[...sourceNames(config).values()].flat(), simulator]
  const faults = repeated(all.toSorted(byBlame), ({ name }) => name).map(({ one: { at, what, name }, first }) => ({
    at,
    message: `${what} and ${first.what} would both be the source "${name}", and sensors of both with one id would become one; choose another name`,
  }))
  return [...faults, ...sectionsOf(config).flatMap(({ source, settings }) => source.faults?.(settings) ?? [])]
}

/** A fixed name is never blamed; of an entry of a list and a listener that can be named, the listener is. */
const byBlame = (a: NamedSource, b: NamedSource) => blame(a) - blame(b)
const blame = ({ at: [, place] }: NamedSource) => (place === undefined ? 0 : typeof place === 'number' ? 1 : 2)
