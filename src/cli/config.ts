/** `baykeeper config check|show|schema`. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { configSchema, type LoadedConfig } from '../config/config.ts'
import { refuseFaulty } from '../config/faults.ts'
import { redacted } from '../config/redacted.ts'
import { environmentWarnings, siteWarnings } from '../config/warnings.ts'
import { CommandFailed, exitCodes, print, type Spoken, writeOutput } from './output.ts'
import { openOwnStore } from './own-store.ts'
import { type PlaceOptions, placeOf } from './place.ts'

export async function configCheck(options: PlaceOptions & Spoken): Promise<number> {
  const loaded = placeOf(options)
  await refuseFaulty(loaded)
  const { file } = loaded
  const warnings = [...environmentWarnings(), ...siteWarnings(loaded, await layoutSites(loaded, options))]
  print(
    options,
    { file: file ?? null },
    () => [file ? `${file}: no faults` : 'no configuration file; the defaults have no faults'],
    { warnings },
  )
  return exitCodes.ok
}

/** Ids of the sites of the layout; undefined where none can be read now, which is a separate warning. */
async function layoutSites({ config }: LoadedConfig, options: PlaceOptions): Promise<readonly string[] | undefined> {
  const isUsed = config.store !== 'sqlite' || existsSync(path.join(config.data, 'baykeeper.db'))
  if (config.forecast.sites === undefined || !isUsed) return undefined
  try {
    const { store } = await openOwnStore(options)
    await using _store = store
    return (await store.layout())?.layout.sites.map(({ id }) => id)
  } catch (fault) {
    if (fault instanceof CommandFailed) return undefined
    throw fault
  }
}

export function configShow(options: PlaceOptions & Spoken & { origin?: boolean }): number {
  const { config, origins, file } = placeOf(options)
  const masked = redacted(config)
  const origin = (dotted: string) => {
    const from = [...origins].find(([at]) => dotted === at || dotted.startsWith(`${at}.`))?.[1] ?? 'default'
    return from === 'file' ? (file ?? 'file') : from
  }
  const leaves = flatten(masked)
  // The names are those of the configuration file.
  const data: unknown = options.origin ? leaves.map(([key, value]) => ({ key, value, origin: origin(key) })) : masked
  print(options, data, () =>
    leaves.map(([key, value]) =>
      `${key.padEnd(24)} ${JSON.stringify(value).padEnd(28)}${options.origin ? ` ${origin(key)}` : ''}`.trimEnd(),
    ),
  )
  return exitCodes.ok
}

export function configPrintSchema(options: Spoken): number {
  const schema: unknown = z.toJSONSchema(configSchema, { io: 'input' })
  if (options.json) print(options, schema, () => [])
  else writeOutput(`${JSON.stringify(schema, null, 2)}\n`)
  return exitCodes.ok
}

function flatten(value: unknown, prefix = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[prefix, value]]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key))
}
