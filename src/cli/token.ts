/** `baykeeper token create|list|revoke` and `baykeeper setup-link`: who may send, who may look. */
import type { Scope } from '@baykeeper/contract/vocabulary.ts'
import { type KeyKind, openKeyring } from '../auth/keyring.ts'
import { reservedSource } from '../config/reserved-names.ts'
import { sourceNames } from '../config/source-names.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf, runningServer, usedPlaceOf } from './place.ts'

export interface TokenOptions extends PlaceOptions, Spoken {
  readonly source?: string
  readonly apiKey?: string
  readonly scopes?: string
  readonly time?: 'trust'
  readonly replace?: boolean
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
  const wanted = options.scopes?.split(',') as Scope[] | undefined
  using keyring = await openKeyring(config.data)
  const token = await keyring.createToken({
    name,
    kind,
    ...(wanted ? { scopes: wanted } : {}),
    ...(options.time ? { time: options.time } : {}),
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

export async function tokenList(options: PlaceOptions & Spoken): Promise<number> {
  const { config } = usedPlaceOf(options)
  using keyring = await openKeyring(config.data)
  const keys = keyring.list()
  print(options, keys, () =>
    keys.length === 0
      ? ['no tokens yet: baykeeper token create --source NAME']
      : keys.map(({ kind, name, created, origin }) => `${kind.padEnd(6)} ${name.padEnd(24)} ${created ?? origin}`),
  )
  return exitCodes.ok
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
  using keyring = await openKeyring(config.data)
  const secret = await keyring.createSetupLink()
  const web = running?.web ?? `http://${config.host}:${config.port}`
  const url = `${web}/setup?key=${secret}`
  print(options, { url }, () => [url], {
    warnings: running ? [] : [`no server runs on ${config.data}: the link works once it does`],
  })
  return exitCodes.ok
}
