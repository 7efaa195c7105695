/** The listed sources with their sections of a configuration. */
import type { Listener, ListenerSettings, SourceDeclaration } from '../sources/declaration.ts'
import { sourceList } from '../sources/list.ts'
import type { Config } from './config.ts'

export interface Section {
  readonly source: SourceDeclaration
  /** As the schema of the source has parsed them. */
  readonly settings: unknown
}

export interface ListeningSection extends Section, ListenerSettings {
  readonly listen: Listener
}

type Sources = readonly SourceDeclaration[]

export const sectionsOf = (config: Config, sources: Sources = sourceList): readonly Section[] =>
  sources.map((source) => ({ source, settings: (config as Readonly<Record<string, unknown>>)[source.key] }))

/** Those of listening sources, switched on or not. */
export const listeningSections = (config: Config, sources: Sources = sourceList): readonly ListeningSection[] =>
  sectionsOf(config, sources).flatMap(({ source, settings }) =>
    source.listen ? [{ source, settings, listen: source.listen, ...(settings as ListenerSettings) }] : [],
  )

/** Those that are switched on. */
export const configuredSections = (config: Config, sources: Sources = sourceList): readonly Section[] =>
  sectionsOf(config, sources).filter(
    ({ source, settings }) => !source.listen || (settings as ListenerSettings).port !== 'off',
  )
