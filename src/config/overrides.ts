/** Single values of the configuration that the environment and the command line may set. Those of the sources are derived from their list. */
import type { SourceDeclaration } from '../sources/declaration.ts'
import { sourceList } from '../sources/list.ts'

interface Override {
  /** In the configuration. */
  readonly path: readonly string[]
  /** How the text is read; absent: as it is. */
  readonly read?: (text: string) => unknown
  /** The option that sets it, as the command table spells it. */
  readonly flag?: string
}

/** By the name that the parsed command line gives the option; the variable is derived from it. */
export const overrides: Readonly<Record<string, Override>> = {
  data: { path: ['data'], flag: '--data' },
  host: { path: ['host'], flag: '--host' },
  port: { path: ['port'], read: readPort, flag: '--port' },
  store: { path: ['store'], flag: '--store' },
  storePasswordFile: { path: ['storePasswordFile'], flag: '--store-password-file' },
  ...Object.fromEntries(sourceList.flatMap(ofSource)),
  hosts: { path: ['hosts'], read: readList },
  embedIn: { path: ['embedIn'], read: readList },
  trustedProxies: { path: ['trustedProxies'], read: readList },
  demo: { path: ['demo', 'enabled'], read: readSwitch, flag: '--no-demo' },
  forecast: { path: ['forecast', 'enabled'], read: readSwitch, flag: '--no-forecast' },
  forecastNightHour: { path: ['forecast', 'nightHour'], read: (text) => (text === 'off' ? 'off' : readNumber(text)) },
  forecastTrainingSteps: { path: ['forecast', 'trainingSteps'], read: readNumber },
  demoBays: { path: ['demo', 'bays'], read: readNumber, flag: '--bays' },
  demoSeed: { path: ['demo', 'seed'], read: readNumber },
  demoSpeed: { path: ['demo', 'speed'], read: readNumber },
  promiseHours: { path: ['promiseHours'], read: readNumber },
  retentionHours: { path: ['retentionHours'], read: readNumber },
  archive: { path: ['archive'] },
  readingDays: { path: ['readingDays'], read: readNumber },
  rawDays: { path: ['rawDays'], read: readNumber },
  minuteDays: { path: ['minuteDays'], read: readNumber },
  quarterDays: { path: ['quarterDays'], read: readNumber },
  healthDays: { path: ['healthDays'], read: readNumber },
  commitEveryMs: { path: ['commitEveryMs'], read: readNumber },
  logLevel: { path: ['log', 'level'], flag: '--log-level' },
  logJson: { path: ['log', 'json'], read: readSwitch, flag: '--log-json' },
}

export type Flags = { readonly [K in keyof typeof overrides]?: string | boolean | undefined }

/** A listening source has its port set, any other the whole of its section. */
function ofSource({ key, listen, option }: SourceDeclaration): [string, Override][] {
  if (listen) return [[flagKey(listen.flag), { path: [key, 'port'], read: readPort, flag: listen.flag }]]
  return option ? [[flagKey(option.flag), { path: [key], read: option.read, flag: option.flag }]] : []
}

/** `--tcp-port` is `tcpPort`. */
function flagKey(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

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

export const envName = (key: string) => `BAYKEEPER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
/** Every variable that the configuration reads. */
export const environmentNames: readonly string[] = Object.keys(overrides).map(envName)
