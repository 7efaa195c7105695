/** API keys and ingest tokens, made and revoked by an administrator. */
import type { AccessKey, newKeySchema } from '@baykeeper/contract/accounts.ts'
import type { accountRoutes } from '@baykeeper/contract/routes/accounts.ts'
import type { FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Accounts } from '../../auth/accounts.ts'
import type { KeyInfo } from '../../auth/keyring.ts'
import { KeyringError } from '../../auth/keys-file.ts'
import { limitsFault, limitsOf, type TokenLimits } from '../../auth/token-limits.ts'
import { instant } from '../../lib/brand.ts'
import { callerAddress } from '../caller-address.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

type Keys = Pick<typeof accountRoutes, 'keys' | 'makeKey' | 'endKey'>

export function keyHandlers(context: RouteContext): Handlers<Keys> {
  const { accounts, keyring, clock, sourceNameFault } = context
  const addressOf = callerAddress(context.trustedProxies)
  const note = (request: FastifyRequest, action: 'key-made' | 'key-ended', target: string, after: unknown) => {
    const { name = 'unknown', account } = request.principal ?? {}
    accounts.note({ name, account, address: addressOf(request) }, { action, target, before: null, after })
  }
  const found = (kind: KeyInfo['kind'], name: string) =>
    keyring.list().find((key) => key.kind === kind && key.name === name && key.origin === 'file')

  return {
    keys: () => ({ items: keyring.list().map((key) => onWire(key, accounts)), next: null }),
    async makeKey({ body: { kind, name, scopes = ['read'], sites, expires, limits: given }, request, reply }) {
      reply.header('cache-control', 'no-store')
      const ends = expires ? instant(Date.parse(expires)) : undefined
      if (ends !== undefined && ends <= clock.now())
        throw new ProblemError(400, 'body expires: is in the past', { code: 'E_INVALID' })
      if (kind === 'ingest' && (sites || expires || (request.body instanceof Object && 'scopes' in request.body)))
        throw new ProblemError(400, 'body kind: an ingest token only sends: leave out scopes, sites and expires', {
          code: 'E_INVALID',
        })
      const limits = limitsFrom(kind, given)
      const taken = kind === 'ingest' ? sourceNameFault?.(name) : undefined
      if (taken !== undefined) throw new ProblemError(400, `body name: ${taken}`, { code: 'E_INVALID' })
      const token = await made(() =>
        keyring.createToken({
          ...{ kind, name, scopes },
          ...(sites ? { sites } : {}),
          ...(limits ? { limits } : {}),
          ...(ends === undefined ? {} : { expires: ends }),
        }),
      )
      const key = onWire(found(kind, name) as KeyInfo, accounts)
      note(request, 'key-made', `${kind} key ${name}`, {
        scopes: key.scopes,
        sites: key.sites,
        expires: key.expires,
        limits: key.limits,
      })
      return { key, token }
    },
    async endKey({ params: { kind, name }, request, reply }) {
      if (!(await keyring.revoke(name, kind)))
        throw new ProblemError(404, `there is no ${kind} key ${name}: one of the environment is ended there`)
      note(request, 'key-ended', `${kind} key ${name}`, null)
      return reply.code(204).send()
    },
  }
}

async function made(create: () => Promise<string>): Promise<string> {
  try {
    return await create()
  } catch (fault) {
    if (!(fault instanceof KeyringError)) throw fault
    throw new ProblemError(409, `${fault.message}: nothing was changed`, { code: fault.code })
  }
}

/** Undefined where nothing is limited. */
function limitsFrom(kind: KeyInfo['kind'], given: NewLimits | undefined): TokenLimits | undefined {
  if (!given) return undefined
  if (kind === 'api')
    throw new ProblemError(
      400,
      'body limits: only an ingest token has them; an API key is limited by scopes and sites',
      {
        code: 'E_INVALID',
      },
    )
  const { client_id: clientId, ...lists } = given
  const limits = { ...lists, ...(clientId === undefined ? {} : { clientId }) }
  const fault = limitsFault(limits)
  if (fault !== undefined) throw new ProblemError(400, `body limits.${fault}`, { code: 'E_INVALID' })
  return limitsOf(limits)
}
type NewLimits = NonNullable<z.output<typeof newKeySchema>['limits']>

function limitsOnWire({ devices, topics, addresses, clientId }: TokenLimits): NonNullable<AccessKey['limits']> {
  return {
    ...(devices ? { devices: [...devices] } : {}),
    ...(topics ? { topics: [...topics] } : {}),
    ...(addresses ? { addresses: [...addresses] } : {}),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  }
}

function onWire(
  { kind, name, scopes, sites, created, expires, hash, origin, limits }: KeyInfo,
  accounts: Accounts,
): AccessKey {
  const used = accounts.keyLastUsed(hash)
  return {
    ...{ kind, name, scopes: scopes ? [...scopes] : null, sites: sites ? [...sites] : null, created: created ?? null },
    ...{
      expires: expires === undefined ? null : iso(expires),
      last_used: used === undefined ? null : iso(used),
      limits: limits ? limitsOnWire(limits) : null,
      origin,
    },
  }
}
