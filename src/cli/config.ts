/** `baykeeper config check|show|schema`. */
import * as z from 'zod'
import { configSchema } from '../config.ts'
import { exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf } from './place.ts'

export function configCheck(options: PlaceOptions & Spoken): number {
  const { file } = placeOf(options)
  print(options, { file: file ?? null }, () => [
    file ? `${file}: no faults` : 'no configuration file; the defaults have no faults',
  ])
  return exitCodes.ok
}

export function configShow(options: PlaceOptions & Spoken & { origin?: boolean }): number {
  const { config, origins, file } = placeOf(options)
  const masked = maskSecrets(config)
  const origin = (dotted: string) => {
    const from = [...origins].find(([at]) => dotted === at || dotted.startsWith(`${at}.`))?.[1] ?? 'default'
    return from === 'file' ? (file ?? 'file') : from
  }
  const leaves = flatten(masked)
  print(options, options.origin ? leaves.map(([key, value]) => ({ key, value, origin: origin(key) })) : masked, () =>
    leaves.map(([key, value]) =>
      `${key.padEnd(24)} ${JSON.stringify(value).padEnd(28)}${options.origin ? ` ${origin(key)}` : ''}`.trimEnd(),
    ),
  )
  return exitCodes.ok
}

export function configPrintSchema(options: Spoken): number {
  const schema = z.toJSONSchema(configSchema, { io: 'input' })
  if (options.json) print(options, schema, () => [])
  else process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
  return exitCodes.ok
}

const maskSecrets = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (key, inner) =>
      key === 'password' ? '***' : typeof inner === 'string' ? inner.replace(/(\/\/[^:/@]+:)[^@]*@/, '$1***@') : inner,
    ),
  ) as T

function flatten(value: unknown, prefix = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[prefix, value]]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key))
}
