/** Which sources the configuration asks for, each made with its listener or line. */
import assert from 'node:assert/strict'
import type { ChildSettings } from '../processes/messages.ts'
import type { ConnectionLimits } from '../sources/connection-limits.ts'
import type { CreateContext, SourceDeclaration } from '../sources/declaration.ts'
import type { Source, TokenCheck } from '../sources/source.ts'
import { sourceNames } from './source-names.ts'
import { configuredSections } from './source-sections.ts'
import { tlsOf } from './tls-section.ts'

export interface SourceHooks extends TokenCheck {
  /** The source of this section has bound its UDP port. */
  onUdpPort(key: string, port: number): void
  missingOf: CreateContext['missingOf']
  /** Of all listeners together. */
  readonly connections: ConnectionLimits
}

export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

type SourceSettings = Pick<ChildSettings, 'config' | 'listeners' | 'udpPorts'>

export async function configuredSources(place: SourceSettings, hooks: SourceHooks): Promise<readonly Source[]> {
  const names = sourceNames(place.config)
  const created = configuredSections(place.config).flatMap(({ source, settings }) =>
    (names.get(source.key) ?? []).map(({ name }, index) =>
      source.create(settings, index, contextOf(source, name, place, hooks)),
    ),
  )
  return Promise.all(created)
}

function contextOf(
  { key }: SourceDeclaration,
  name: string,
  { config, listeners, udpPorts }: SourceSettings,
  hooks: SourceHooks,
): CreateContext {
  const { host } = config
  const tls = tlsOf(config, key)
  return {
    name,
    isLoopback: isLoopback(host),
    tokens: hooks,
    connections: hooks.connections,
    missingOf: hooks.missingOf,
    boundSocket() {
      const fd = listeners[key]
      assert.ok(fd !== undefined, `no socket was bound for "${key}", which is switched on`)
      return { fd, ...(tls ? { tls } : {}) }
    },
    datagramAddress() {
      const port = udpPorts[key]
      assert.ok(port !== undefined, `no UDP port was chosen for "${key}", which is switched on`)
      return { host, port }
    },
    onDatagramPort: (port) => hooks.onUdpPort(key, port),
  }
}
