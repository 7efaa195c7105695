/**
 * One configuration: defaults < YAML file < environment (`BAYKEEPER_*`) < flags. Every value knows where it came from, and a bad
 * one is reported with file and line (or variable, or flag), what is wrong and what would be right.
 */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { modelNames } from '../codecs/lorawan/models.ts'
import { codecNames } from '../codecs/registry.ts'
import { openDays } from '../forecast/site-plan.ts'
import { trainingStepsUsual } from '../forecast/training-steps.ts'
import { addressFault } from '../lib/address-list.ts'
import { NotUtf8, readUtf8File } from '../lib/utf8-file.ts'
import { topicFilterFault } from '../sources/mqtt/topic-filter.ts'
import { nameFaults } from './source-names.ts'
import { brokerUrlFault, hostFault, pageHostFault, type Rule, storeFault } from './values.ts'

const text = (rule: Rule) =>
  z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const message = rule(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a date of the site (2026-12-24) or an instant with an offset (2026-12-24T18:00:00+01:00)',
})
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a local time as 06:30' })
const siteForecast = z.strictObject({
  holidays: z.array(z.iso.date()).optional().describe('of this site, in place of those of the installation'),
  schoolHolidays: z.array(z.iso.date()).optional(),
  closures: z
    .array(
      z.strictObject({
        from: moment,
        to: moment.optional().describe('a date is included; absent: until further notice'),
        level: z.string().optional(),
        zone: z.string().optional().describe('id of the zone; neither level nor zone: the whole site'),
        why: z.string().max(200).optional(),
      }),
    )
    .optional()
    .describe('nothing is forecast within, and nothing is learnt from what was measured within'),
  open: z
    .array(z.strictObject({ days: z.array(z.enum(openDays)).min(1), from: timeOfDay, to: timeOfDay }))
    .optional()
    .describe('opening hours by the clock of the site; absent: always open'),
})

const port = z
  .union([z.int().min(0).max(65_535), z.literal('off')], { error: 'must be a port from 0 to 65535 or "off"' })
  .describe('0..65535 (0 = any free port), or "off" for none')
const timePolicy = z
  .enum(['check', 'trust'])
  .default('check')
  .describe('"trust" takes the device time whatever it says (replay, history)')
const allow = z
  .array(text(addressFault))
  .default([])
  .describe('addresses or CIDR ranges that may send; required when the listener is not on loopback')

const sourceName = z.string().min(1).max(64).optional()

const serialSchema = z.strictObject({
  path: z.string().min(1).describe('device path, best /dev/serial/by-id/..., or usb:VENDOR:PRODUCT[:SERIAL]'),
  name: sourceName.describe(
    'name of the source, part of every reading’s identity; default "serial", with several ports serial-1, serial-2, ...',
  ),
  baud: z.int().min(50).max(4_000_000).default(115_200),
  checksum: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe(
      'required: a line without a CRC-16 at its end (`*29B1`) is kept aside; optional: it is checked where there is one',
    ),
  time: timePolicy,
})

const brokerSchema = z.strictObject({
  url: text(brokerUrlFault),
  name: sourceName.describe(
    'name of the source, part of every reading’s identity; default "mqtt", with several brokers mqtt-1, mqtt-2, ...',
  ),
  topics: z.array(text(topicFilterFault)).min(1).default(['baykeeper/+/reading']),
  clientId: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'stable: the broker keeps the session under it; default "baykeeper", of further entries baykeeper-2, ...',
    ),
  username: z.string().optional(),
  password: z.string().optional(),
  version: z
    .union([z.literal(4), z.literal(5)])
    .default(5)
    .describe('4 = MQTT 3.1.1, 5 = MQTT 5'),
  time: timePolicy,
})

export const configSchema = z.strictObject({
  data: z.string().min(1).default('./data').describe('directory of journal, store, keys'),
  host: text(hostFault).default('127.0.0.1').describe('address all listeners bind to'),
  port: port.default(8080).describe('web and API'),
  hosts: z
    .array(text(pageHostFault))
    .default([])
    .describe('host names under which people open the pages, beside localhost'),
  trustedProxies: z
    .array(text(addressFault))
    .default([])
    .describe('addresses or CIDR ranges of reverse proxies whose X-Forwarded-For names the client; none by default'),
  store: text(storeFault).default('sqlite').describe('"sqlite", "sqlite:FILE" or "mysql://user@host/database"'),
  storePasswordFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file that holds the password of the database user and nothing else; a relative path counts from the directory of this file',
    ),
  ingest: z
    .strictObject({ port: port.default(8081) })
    .prefault({})
    .describe('HTTP ingest and LoRaWAN webhooks'),
  mqtt: z
    .strictObject({
      port: port.default(1883),
      name: sourceName.describe(
        'name of its source; default "mqtt", or "mqtt-broker" when a broker entry has that name',
      ),
    })
    .prefault({})
    .describe('built-in MQTT broker'),
  tcp: z.strictObject({ port: port.default(7001), allow, time: timePolicy }).prefault({}),
  udp: z.strictObject({ port: port.default(7001), allow, time: timePolicy }).prefault({}),
  serial: z.array(serialSchema).default([]),
  brokers: z.array(brokerSchema).default([]).describe('MQTT brokers to subscribe to'),
  trust: z.array(z.string()).default([]).describe('names of sources whose device time is always taken'),
  codecs: z
    .record(z.string().min(1).max(128), z.enum(codecNames))
    .default({})
    .describe(
      'codec by name of the source, where the one its protocol implies is wrong; dead letters that are requeued are decoded with it too',
    ),
  decoders: z
    .record(z.string().min(1).max(128), z.enum(modelNames))
    .default({})
    .describe(
      'model of every LoRaWAN device of a source, by name of the source, where its network server names none; "baykeeper decoder list" has the names and what was chosen for single devices',
    ),
  promiseHours: z
    .number()
    .positive()
    .max(24 * 365)
    .default(24)
    .describe('a sensor silent for longer is stale and its bay unknown'),
  retentionHours: z
    .number()
    .min(0)
    .max(24 * 365)
    .default(24)
    .describe('journal kept beyond the commit'),
  readingDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that readings and stays are kept in the database; 0 keeps them all'),
  rawDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that raw frames are kept in the database, byte for byte; 0 copies none, they stay in the journal'),
  minuteDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that occupancy by the minute is kept; 0 keeps it all'),
  quarterDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe(
      'days that occupancy and counts by the quarter of an hour are kept; 0 keeps them all. Forecasts learn from them',
    ),
  healthDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that the daily extremes of battery, temperature and signal are kept; 0 keeps them all'),
  commitEveryMs: z
    .number()
    .min(0)
    .max(1_000)
    .default(30)
    .describe('least time between two commits while there is no backlog; less is sooner on the pages and costs more'),
  forecast: z
    .strictObject({
      enabled: z.boolean().default(true),
      nightHour: z
        .union([z.int().min(0).max(23), z.literal('off')], { error: 'must be an hour from 0 to 23 or "off"' })
        .default(3)
        .describe('local hour of the nightly fine-tuning, or "off" for none'),
      trainingSteps: z.int().min(20).max(20_000).default(trainingStepsUsual).describe('length of a training'),
      holidays: z.array(z.iso.date()).default([]).describe('dates on which demand is that of a Sunday'),
      schoolHolidays: z.array(z.iso.date()).default([]).describe('dates without school'),
      sites: z
        .record(z.string(), siteForecast)
        .optional()
        .describe('by id of the site: its own dates in place of the above, its closures, its opening hours'),
    })
    .prefault({})
    .describe('forecasts of every site, level and zone, from processes of their own'),
  demo: z
    .strictObject({
      enabled: z.boolean().default(true),
      bays: z.int().min(20).max(50_000).default(2_000),
      seed: z.int().min(0).default(1),
      speed: z.number().positive().max(1_000).default(1),
    })
    .prefault({})
    .describe('simulated city while nothing real is configured'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      json: z.boolean().default(false),
    })
    .prefault({}),
})

export type Config = z.output<typeof configSchema>
export type Origin = 'default' | 'file' | 'environment' | 'flag'

export interface LoadedConfig {
  readonly config: Config
  readonly file: string | undefined
  /** Origin by dotted path, for every value that is not a default. */
  readonly origins: ReadonlyMap<string, Origin>
  /** Where a person finds a value: file and line, variable or flag. */
  locate(at: readonly PropertyKey[]): string
}

export class ConfigError extends Error {
  readonly code = 'E_CONFIG'
}

/** Single values that the environment and flags may set: path in the configuration and how the text is read. */
const overrides: Record<string, { readonly path: readonly string[]; readonly read?: (text: string) => unknown }> = {
  data: { path: ['data'] },
  host: { path: ['host'] },
  port: { path: ['port'], read: readPort },
  store: { path: ['store'] },
  storePasswordFile: { path: ['storePasswordFile'] },
  ingestPort: { path: ['ingest', 'port'], read: readPort },
  mqttPort: { path: ['mqtt', 'port'], read: readPort },
  tcpPort: { path: ['tcp', 'port'], read: readPort },
  udpPort: { path: ['udp', 'port'], read: readPort },
  serial: { path: ['serial'], read: (text) => text.split(',').map((device) => ({ path: device.trim() })) },
  hosts: { path: ['hosts'], read: readList },
  trustedProxies: { path: ['trustedProxies'], read: readList },
  demo: { path: ['demo', 'enabled'], read: readSwitch },
  forecast: { path: ['forecast', 'enabled'], read: readSwitch },
  forecastNightHour: { path: ['forecast', 'nightHour'], read: (text) => (text === 'off' ? 'off' : readNumber(text)) },
  forecastTrainingSteps: { path: ['forecast', 'trainingSteps'], read: readNumber },
  demoBays: { path: ['demo', 'bays'], read: readNumber },
  demoSeed: { path: ['demo', 'seed'], read: readNumber },
  demoSpeed: { path: ['demo', 'speed'], read: readNumber },
  promiseHours: { path: ['promiseHours'], read: readNumber },
  retentionHours: { path: ['retentionHours'], read: readNumber },
  readingDays: { path: ['readingDays'], read: readNumber },
  rawDays: { path: ['rawDays'], read: readNumber },
  minuteDays: { path: ['minuteDays'], read: readNumber },
  quarterDays: { path: ['quarterDays'], read: readNumber },
  healthDays: { path: ['healthDays'], read: readNumber },
  commitEveryMs: { path: ['commitEveryMs'], read: readNumber },
  logLevel: { path: ['log', 'level'] },
  logJson: { path: ['log', 'json'], read: readSwitch },
}

export type Flags = { readonly [K in keyof typeof overrides]?: string | boolean | undefined }

/** What cannot be read stays text, so that the schema refuses it. */
function readSwitch(text: string): unknown {
  const word = text.trim().toLowerCase()
  return ['true', '1', 'on', 'yes'].includes(word) ? true : ['false', '0', 'off', 'no'].includes(word) ? false : text
}

function readList(text: string): unknown {
  return text.split(',').map((entry) => entry.trim())
}

function readPort(text: string): unknown {
  return text === 'off' ? 'off' : readNumber(text)
}

/** `Number('')` is 0: an empty or blank text is not a number here. */
function readNumber(text: string): unknown {
  return /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text
}

const envName = (key: string) => `BAYKEEPER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
/** Every variable that the configuration reads. */
export const environmentNames: readonly string[] = Object.keys(overrides).map(envName)
/** The option that sets a value, as the command table spells it. */
const flagNames: Record<string, string> = {
  data: '--data',
  host: '--host',
  port: '--port',
  store: '--store',
  storePasswordFile: '--store-password-file',
  ingestPort: '--ingest-port',
  mqttPort: '--mqtt-port',
  tcpPort: '--tcp-port',
  udpPort: '--udp-port',
  serial: '--serial',
  demo: '--no-demo',
  forecast: '--no-forecast',
  demoBays: '--bays',
  logLevel: '--log-level',
  logJson: '--log-json',
}

export interface LoadOptions {
  /** `--config`; else `BAYKEEPER_CONFIG`; else ./baykeeper.yaml if it exists. */
  readonly file?: string | undefined
  readonly flags?: Flags
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Throws ConfigError with one line per fault. */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const { flags = {}, env = process.env, cwd = process.cwd() } = options
  const named = options.file ?? env['BAYKEEPER_CONFIG']
  const standard = path.join(cwd, 'baykeeper.yaml')
  const file = named ? path.resolve(cwd, named) : existsSync(standard) ? standard : undefined
  const source = file ? readYaml(file) : undefined
  const values: Record<string, unknown> = structuredClone(source?.value ?? {})
  const origins = new Map<string, Origin>()
  const places = new Map<string, string>()
  if (source) for (const dotted of leafPaths(source.value)) origins.set(dotted, 'file')

  for (const [key, { path: at, read }] of Object.entries(overrides)) {
    for (const [origin, name, text] of [
      // A variable that is set and empty counts as absent, as in a list of variables with some left blank.
      ['environment', envName(key), env[envName(key)] || undefined],
      ['flag', flagNames[key] ?? key, flags[key]],
    ] as const) {
      if (text === undefined) continue
      setIn(values, at, typeof text === 'string' && read ? read(text) : text)
      origins.set(at.join('.'), origin)
      places.set(at.join('.'), name)
    }
  }
  const locate = (at: readonly PropertyKey[]) => {
    const dotted = at.join('.')
    const override = [...places].find(([at]) => dotted === at || dotted.startsWith(`${at}.`))
    const line = source?.lineOf(at)
    return override ? override[1] : file ? `${file}${line ? `:${line}` : ''}` : 'configuration'
  }

  const parsed = configSchema.safeParse(values)
  const faults = parsed.success ? nameFaults(parsed.data) : parsed.error.issues.map(asFault)
  if (!parsed.success || faults.length > 0)
    throw configError(faults.map(({ at, message }) => ({ where: locate(at), at, what: `${message}${hint(at)}` })))
  const data = path.resolve(cwd, parsed.data.data)
  const store = withPassword(
    parsed.data,
    origins.get('storePasswordFile') === 'file' && file ? path.dirname(file) : cwd,
    locate,
  )
  const fault = fileInTheWay(data)
  if (fault) throw configError([{ where: locate(['data']), at: ['data'], what: fault }])
  return { config: { ...parsed.data, data, store }, file, origins, locate }
}

export interface ConfigFault {
  readonly where: string
  readonly at: readonly PropertyKey[]
  readonly what: string
}

/** One line per fault, as `start` and `config check` both print it. */
export function configError(faults: readonly ConfigFault[]): ConfigError {
  const lines = faults.map(({ where, at, what }) => `${where}: ${at.length > 0 ? `${at.join('.')}: ` : ''}${what}`)
  return new ConfigError(
    `the configuration has ${lines.length === 1 ? 'a fault' : `${lines.length} faults`}:\n  ${lines.join('\n  ')}\nSee "baykeeper config schema" for every field.`,
  )
}

/** The store with the password of `storePasswordFile`, so that it stands in no command line and no other file. */
function withPassword(
  { store, storePasswordFile }: Config,
  dir: string,
  locate: (at: readonly PropertyKey[]) => string,
): string {
  if (storePasswordFile === undefined) return store
  const at = ['storePasswordFile']
  const refuse = (what: string) => configError([{ where: locate(at), at, what }])
  const url = URL.parse(store)
  if (!url || url.username === '') throw refuse('needs a store of the form mysql://user@host/database')
  if (url.password !== '') throw refuse('the store has a password too: leave one of them out')
  const file = path.resolve(dir, storePasswordFile)
  try {
    const password = readUtf8File(file).replace(/\r?\n$/, '')
    if (password === '') throw refuse(`${file} is empty`)
    url.password = encodeURIComponent(password)
    return url.href
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    if (cause instanceof NotUtf8) throw refuse(cause.message)
    throw refuse(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

/** A data directory is made when it is absent; a file there, or on the way to it, is in the way. */
function fileInTheWay(data: string): string | undefined {
  for (let at = data; ; at = path.dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false })
    if (found?.isDirectory() || at === path.dirname(at)) return undefined
    if (found) return `${at} is a file: name a directory`
  }
}

const asFault = (issue: z.core.$ZodIssue): { at: readonly PropertyKey[]; message: string } =>
  issue.code === 'unrecognized_keys'
    ? { at: [...issue.path, issue.keys[0] ?? ''], message: 'no such setting' }
    : { at: issue.path, message: issue.message }

/** What a field is for, from the schema, appended to its fault. */
function hint(at: readonly PropertyKey[]): string {
  let node: z.ZodType | undefined = configSchema
  for (const key of at) {
    const inner = unwrap(node)
    node =
      inner instanceof z.ZodObject
        ? (inner.shape[key as string] as z.ZodType | undefined)
        : inner instanceof z.ZodArray
          ? (inner.element as z.ZodType)
          : undefined
    if (!node) return ''
  }
  const text = node.meta()?.description
  return text ? ` (${text})` : ''
}

function unwrap(node: z.ZodType): z.ZodType {
  let at = node
  while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional)
    at = at.unwrap() as z.ZodType
  return at
}

interface YamlSource {
  readonly value: Record<string, unknown>
  lineOf(at: readonly PropertyKey[]): number | undefined
}

function readYaml(file: string): YamlSource {
  let text: string
  try {
    text = readUtf8File(file)
  } catch (cause) {
    if (cause instanceof NotUtf8) throw new ConfigError(cause.message, { cause })
    throw new ConfigError(
      `${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}); name an existing file with --config`,
      { cause },
    )
  }
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const [error] = document.errors
  if (error) throw new ConfigError(`${file}:${counter.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`)
  const value = (document.toJS() ?? {}) as unknown
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${file}:1: must be a mapping of settings, e.g. "port: 8080"`)
  return {
    value: value as Record<string, unknown>,
    lineOf(at) {
      for (let depth = at.length; depth > 0; depth--) {
        const node = document.getIn(at.slice(0, depth), true) as { range?: [number, number, number] } | undefined
        if (node?.range) return counter.linePos(node.range[0]).line
      }
      return 1
    },
  }
}

function setIn(target: Record<string, unknown>, at: readonly string[], value: unknown) {
  let node = target
  for (const key of at.slice(0, -1)) {
    if (typeof node[key] !== 'object' || node[key] === null) node[key] = {}
    node = node[key] as Record<string, unknown>
  }
  node[at.at(-1) as string] = value
}

function leafPaths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return prefix ? [prefix] : []
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, prefix ? `${prefix}.${key}` : key))
}
