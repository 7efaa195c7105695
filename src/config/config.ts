/**
 * One configuration: defaults < YAML file < environment (`BAYKEEPER_*`) < flags. Every value knows where it came from, and a bad
 * one is reported with file and line (or variable, or flag), what is wrong and what would be right.
 */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { logLevels, openDays, roles } from '@baykeeper/contract/vocabulary.ts'
import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { oidcSection } from '../auth/oidc/settings.ts'
import { modelNames } from '../codecs/lorawan/models.ts'
import { codecNames } from '../codecs/registry.ts'
import { trainingStepsUsual } from '../forecast/training-steps.ts'
import { addressFault } from '../lib/address-list.ts'
import { NotUtf8, readUtf8File } from '../lib/utf8-file.ts'
import { notificationsSchema } from '../notify/settings.ts'
import { sections } from '../sources/list.ts'
import { checkedText, port } from '../sources/settings.ts'
import { notificationFiles } from './notification-files.ts'
import { envName, type Flags, overrides } from './overrides.ts'
import { signSection } from './sign-section.ts'
import { sourceFaults } from './source-names.ts'
import { tlsSection } from './tls-section.ts'
import { hostFault, originFault, pageHostFault, pageUrlFault, storeFault } from './values.ts'

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

export const configSchema = z.strictObject({
  data: z.string().min(1).default('./data').describe('directory of journal, store, keys'),
  host: checkedText(hostFault).default('127.0.0.1').describe('address all listeners bind to'),
  port: port.default(8080).describe('web and API'),
  hosts: z
    .array(checkedText(pageHostFault))
    .default([])
    .describe('host names under which people open the pages, beside localhost'),
  embedIn: z
    .array(checkedText(originFault))
    .max(50)
    .default([])
    .describe('origins whose pages may show /embed in a frame, such as https://www.example.org; none by default'),
  publicUrl: checkedText(pageUrlFault)
    .optional()
    .describe('address under which people open the pages, such as https://parking.example.org; passkeys need it'),
  trustedProxies: z
    .array(checkedText(addressFault))
    .default([])
    .describe('addresses or CIDR ranges of reverse proxies whose X-Forwarded-For names the client; none by default'),
  tls: tlsSection,
  store: checkedText(storeFault).default('sqlite').describe('"sqlite", "sqlite:FILE" or "mysql://user@host/database"'),
  storePasswordFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file that holds the password of the database user and nothing else; a relative path counts from the directory of this file',
    ),
  ...sections,
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
  archive: z
    .string()
    .min(1)
    .optional()
    .describe(
      'existing directory to which closed segments of the journal are copied, compressed, before retention removes them; absent: they are only removed',
    ),
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
  bayDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe(
      'days that the states of bays over time are kept, with the newest state before that; 0 keeps them all. The state of a past moment is asked of them',
    ),
  alertDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that closed alerts are kept with their events; 0 keeps them all'),
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
    .describe('forecasts of every site, level and zone, from their own processes'),
  signIn: z
    .strictObject({
      secondFactorFor: z
        .array(z.enum(roles))
        .default([])
        .describe('roles whose persons sign in with a code of an app beside the password'),
      oidc: oidcSection,
    })
    .prefault({})
    .describe('how people sign in'),
  notifications: notificationsSchema,
  signs: signSection,
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
      level: z.enum(logLevels).default('info'),
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

  for (const [key, { path: at, read, flag }] of Object.entries(overrides)) {
    for (const [origin, name, text] of [
      // A variable that is set and empty counts as absent, as in a list of variables with some left blank.
      ['environment', envName(key), env[envName(key)] || undefined],
      ['flag', flag ?? key, flags[key]],
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
  const faults = parsed.success ? sourceFaults(parsed.data) : parsed.error.issues.map(asFault)
  if (!parsed.success || faults.length > 0)
    throw configError(faults.map(({ at, message }) => ({ where: locate(at), at, what: `${message}${hint(at)}` })))
  const data = path.resolve(cwd, parsed.data.data)
  const { settings: notifications, faults: unread } = notificationFiles(
    parsed.data.notifications,
    file ? path.dirname(file) : cwd,
  )
  if (unread.length > 0) throw configError(unread.map(({ at, message }) => ({ where: locate(at), at, what: message })))
  const store = withPassword(
    parsed.data,
    origins.get('storePasswordFile') === 'file' && file ? path.dirname(file) : cwd,
    locate,
  )
  const fault = fileInTheWay(data)
  if (fault) throw configError([{ where: locate(['data']), at: ['data'], what: fault }])
  const { archive, signs, tls, signIn } = parsed.data
  const besideFile = file ? path.dirname(file) : cwd
  const directories = {
    signIn: withOidcPaths(signIn, besideFile),
    ...{ data, signs: withPaths(signs, besideFile) },
    ...(tls === undefined ? {} : { tls: withTlsPaths(tls, besideFile) }),
    ...(archive === undefined ? {} : { archive: path.resolve(cwd, archive) }),
  }
  return { config: { ...parsed.data, ...directories, notifications, store }, file, origins, locate }
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

/** Read with each connection, so that it may change. */
function withPaths({ mqtt, ...signs }: Config['signs'], dir: string): Config['signs'] {
  const file = mqtt?.passwordFile
  return {
    ...signs,
    ...(mqtt ? { mqtt: file === undefined ? mqtt : { ...mqtt, passwordFile: path.resolve(dir, file) } } : {}),
  }
}

const withTlsPaths = (tls: NonNullable<Config['tls']>, dir: string): Config['tls'] => ({
  ...tls,
  certificateFile: path.resolve(dir, tls.certificateFile),
  keyFile: path.resolve(dir, tls.keyFile),
})

/** Read for each sign-in, so that they may change. */
function withOidcPaths({ oidc, ...signIn }: Config['signIn'], dir: string): Config['signIn'] {
  if (!oidc) return signIn
  const { secretFile, caFile } = oidc
  const files = {
    ...(secretFile === undefined ? {} : { secretFile: path.resolve(dir, secretFile) }),
    ...(caFile === undefined ? {} : { caFile: path.resolve(dir, caFile) }),
  }
  return { ...signIn, oidc: { ...oidc, ...files } }
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
