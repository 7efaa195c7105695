/**
 * Faults that only the whole configuration shows: values that are right alone and wrong together, or wrong on this machine. `start` and
 * `config check` both call `refuseFaulty`, so that they refuse the same with the same text.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { weakEnvironment } from '../auth/environment-keys.ts'
import { type Config, type ConfigFault, configError, type LoadedConfig } from './config.ts'
import { isLoopback } from './configured-sources.ts'
import { listeningSections } from './source-sections.ts'
import { tlsFault } from './tls-section.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Found = Omit<ConfigFault, 'where'>

/** Throws ConfigError with one line per fault. */
export async function refuseFaulty(loaded: LoadedConfig, env: Environment = process.env): Promise<void> {
  const { config, locate } = loaded
  const found = [
    ...samePorts(loaded),
    ...endlessClosures(config),
    ...unusableTls(config),
    ...openListeners(config, env),
    ...(await unknownHost(config)),
  ]
  if (found.length > 0) throw configError(found.map((fault) => ({ ...fault, where: locate(fault.at) })))
}

/** Two listeners cannot share a TCP port. */
function samePorts({ config, origins }: LoadedConfig): Found[] {
  const ofSources = listeningSections(config).filter(({ listen }) => listen.protocol === 'tcp')
  const listeners = [
    { at: ['port'], value: config.port },
    { at: ['signs', 'modbus', 'port'], value: config.signs.modbus?.port ?? 'off' },
    ...ofSources.map(({ source, port }) => ({ at: [source.key, 'port'], value: port })),
  ].filter(({ value }) => value !== 'off' && value !== 0)
  return listeners.flatMap(({ at, value }, i) => {
    const first = listeners.slice(0, i).find((other) => other.value === value)?.at
    if (!first) return []
    // The one that was written down, beside one that was not.
    const [blamed, other] = origins.has(first.join('.')) && !origins.has(at.join('.')) ? [first, at] : [at, first]
    return [{ at: blamed, what: `${value} is the port of ${other.join('.')} too: each listener needs its own` }]
  })
}

function unusableTls({ tls }: Config): Found[] {
  const what = tls && tlsFault(tls)
  return what === undefined ? [] : [{ at: ['tls'], what }]
}

/** A closure that ends before it begins closes nothing. */
function endlessClosures({ forecast }: Config): Found[] {
  return Object.entries(forecast.sites ?? {}).flatMap(([site, { closures = [] }]) =>
    closures.flatMap(({ from, to }, i) =>
      to !== undefined && from.length === to.length && Date.parse(to) < Date.parse(from)
        ? [{ at: ['forecast', 'sites', site, 'closures', i, 'to'], what: `${to} is before ${from}` }]
        : [],
    ),
  )
}

/** Beyond this machine a sender must be known: by a list of addresses, or by tokens that cannot be guessed. */
function openListeners(config: Config, env: Environment): Found[] {
  const { host } = config
  if (isLoopback(host)) return []
  const byAddress = listeningSections(config).filter(({ listen }) => listen.admits === 'address')
  return [
    ...weakEnvironment(env).map((weak) => ({
      at: ['host'],
      what: `${host} opens the server to the network, and ${weak}`,
    })),
    ...byAddress.flatMap(({ source: { key }, listen: { flag }, port, allow = [], access }) =>
      port === 'off' || allow.length > 0 || access === 'token'
        ? []
        : [
            {
              at: ['host'],
              what: `${host} opens the ${key.toUpperCase()} listener to the network, and it cannot ask for a password: set "${key}: { allow: [10.0.0.0/8] }" in the configuration file to say who may send, or "${key}: { access: token }" so that every sender proves who it is, or switch it off with ${flag} off`,
            },
          ],
    ),
  ]
}

async function unknownHost({ host }: Config): Promise<Found[]> {
  if (isIP(host) !== 0 || host === 'localhost') return []
  try {
    await lookup(host)
    return []
  } catch (fault) {
    return [
      {
        at: ['host'],
        what: `the name ${host} cannot be resolved (${(fault as Error).message}); give an address, e.g. 127.0.0.1`,
      },
    ]
  }
}
