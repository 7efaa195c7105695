/** `baykeeper token create|list|revoke` and `baykeeper setup-link`: who may send, who may look. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Scope } from '@baykeeper/contract/vocabulary.ts'
import { openAccounts } from '../auth/accounts.ts'
import { type KeyInfo, openKeyring } from '../auth/keyring.ts'
import type { KeyKind } from '../auth/keys-file.ts'
import { limitsFault, limitsOf, type TokenLimits } from '../auth/token-limits.ts'
import { reservedSource } from '../config/reserved-names.ts'
import { sourceNames } from '../config/source-names.ts'
import { tlsOf } from '../config/tls-section.ts'
import type { Instant } from '../lib/brand.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf, runningServer, usedPlaceOf } from './place.ts'

export interface TokenOptions extends PlaceOptions, Spoken {
  readonly source?: string
  readonly apiKey?: string
  readonly scopes?: string
  readonly site?: string
  readonly expires?: Instant
  readonly time?: 'trust'
  readonly replace?: boolean
  readonly device?: string
  readonly topic?: string
  readonly address?: string
  readonly clientId?: string
}

export async function tokenCreate(options: TokenOptions): Promise<number> {
  const { config } = placeOf(options)
  const kind: KeyKind = options.apiKey ? 'api' : 'ingest'
  const name = options.apiKey ?? options.source
  if (!name)
    throw new CommandFailed(
      exitCodes.usage,
      'say whose token it is: --source NAME (may send readings) or --api-key NAME (may use the API)',
    )
  const names = [...sourceNames(config).values()].flat().map((source) => source.name)
  const taken = kind === 'ingest' ? reservedSource(name, names) : undefined
  if (taken) throw new CommandFailed(exitCodes.usage, `--source: ${taken}`)
  const { expires, site } = options
  const limits = limitsFrom(options)
  if (limits && kind === 'api')
    throw new CommandFailed(exitCodes.usage, '--device, --topic, --address and --client-id limit a token of a --source')
  const wanted = options.scopes?.split(',') as Scope[] | undefined
  using keyring = await openKeyring(config.data)
  const token = await keyring.createToken({
    name,
    kind,
    ...(wanted ? { scopes: wanted } : {}),
    ...(site ? { sites: site.split(',') } : {}),
    ...(expires === undefined ? {} : { expires }),
    ...(options.time ? { time: options.time } : {}),
    ...(limits ? { limits } : {}),
    ...(options.replace ? { replace: true } : {}),
  })
  try {
    print(options, { kind, name, token }, () => [token])
  } catch (cause) {
    const hint = `${(cause as Error).message}. The token was made and could not be shown: add --replace for another`
    throw new CommandFailed(exitCodes.failed, hint, { cause })
  }
  if (!options.json) process.stderr.write('This is shown once; only its hash is kept.\n')
  return exitCodes.ok
}

function limitsFrom({ device, topic, address, clientId }: TokenOptions): TokenLimits | undefined {
  const limits = limitsOf({
    ...{ devices: device?.split(','), topics: topic?.split(','), addresses: address?.split(',') },
    clientId,
  })
  const fault = limits && limitsFault(limits)
  if (fault !== undefined) throw new CommandFailed(exitCodes.usage, fault)
  return limits
}

export async function tokenList(options: PlaceOptions & Spoken): Promise<number> {
  const { config } = usedPlaceOf(options)
  using keyring = await openKeyring(config.data)
  const keys = keyring.list().map(({ hash: _hash, ...key }) => key)
  print(options, keys as unknown, () =>
    keys.length === 0 ? ['no tokens yet: baykeeper token create --source NAME'] : keys.map((key) => keyLine(key)),
  )
  return exitCodes.ok
}

function keyLine({ kind, name, created, origin, scopes = [], sites, expires, limits }: Omit<KeyInfo, 'hash'>): string {
  const facts = [
    ...scopes,
    ...Object.entries(limits ?? {}).map(([what, of]) => `${what} ${[of].flat().join(' ')}`),
    ...(sites ? [`sites ${sites.join(' ')}`] : []),
    ...(expires === undefined ? [] : [`until ${new Date(expires).toISOString()}`]),
  ]
  return `${kind.padEnd(6)} ${name.padEnd(24)} ${created ?? origin}  ${facts.join(' ')}`.trimEnd()
}

export async function tokenRevoke(
  name: string,
  options: PlaceOptions & Spoken & { apiKey?: boolean },
): Promise<number> {
  const { config } = usedPlaceOf(options)
  using keyring = await openKeyring(config.data)
  const kind = options.apiKey ? 'api' : 'ingest'
  if (!(await keyring.revoke(name, kind)))
    throw new CommandFailed(exitCodes.failed, `there is no ${kind} token named "${name}"; see baykeeper token list`)
  print(options, { revoked: name }, () => [`revoked: ${name}`])
  return exitCodes.ok
}

export async function setupLink(options: PlaceOptions & Spoken): Promise<number> {
  const { config } = placeOf(options)
  const running = await runningServer(config.data)
  if (existsSync(path.join(config.data, 'auth.db'))) {
    using accounts = openAccounts(config.data)
    if (accounts.hasAdmin())
      throw new CommandFailed(
        exitCodes.failed,
        'there is an administrator already: sign in, or make a link to set a password with baykeeper user reset E-MAIL',
      )
  }
  using keyring = await openKeyring(config.data)
  const secret = await keyring.createSetupLink()
  const plain = running?.web ?? `http://${config.host}:${config.port}`
  const web = tlsOf(config, 'web') ? plain.replace('http:', 'https:') : plain
  const url = `${web}/setup?key=${secret}`
  print(options, { url }, () => [url], {
    warnings: running ? [] : [`no server runs on ${config.data}: the link works once it does`],
  })
  return exitCodes.ok
}
