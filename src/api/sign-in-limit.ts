/**
 * Slows down guessing of keys and setup links: ten failures within a minute, counted by client address and by account.
 *
 * - Behind a proxy the client's address is the one that the proxy appended to X-Forwarded-For. Proxies on this machine and those of
 *   `trustedProxies` are believed; an address that anybody could write is not.
 * - Where many clients may stand behind one address (a proxy without the header, or one that is not trusted), failures beyond the limit are
 *   refused and a right key still signs in: no client locks out the others.
 * - Memory is bounded: of too many addresses the one that failed longest ago is forgotten, never all of them.
 *
 * - Attempts of one client, and those at one account, are made one after another (`inTurn`): else many would pass the check before the first has
 *   failed.
 * - An attempt that asks another server holds a place (`enter`): that server may take long to answer.
 *
 * Keys in headers are not limited: they are long and random, and a limit would let one client lock out another.
 */
import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { createAddressList } from '../lib/address-list.ts'
import { type AddressedRequest, addressBlock, clientAddress } from '../lib/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import { ProblemError } from './problem.ts'

const failuresMax = 10
const failureWindowMs = 60_000
const addressesMax = 10_000
/** Attempts at once that ask another server: in all, and of one client. */
const placesMax = 8
const clientPlacesMax = 2
const loopback = ['127.0.0.0/8', '::1']

export interface SignInLimit {
  /** Before a key is looked at: throws 429 when this client itself has failed too often. */
  check(request: AddressedRequest, account?: string): void
  /** After a wrong key: counts it, and throws 429 when there were too many. */
  failed(request: AddressedRequest, account?: string): void
  /** Does an attempt, check and count included, when those before it of this client and at this account are over. */
  inTurn<T>(request: AddressedRequest, account: string | undefined, attempt: () => Promise<T>): Promise<T>
  /** A place, held until it is disposed; undefined where all are taken, or those of this client. */
  enter(request: AddressedRequest): Disposable | undefined
}

/** What the limit looks at of a request. */
export const addressed = ({ raw }: FastifyRequest): AddressedRequest => ({
  socket: raw.socket,
  headers: { 'x-forwarded-for': raw.headers['x-forwarded-for'] },
})

interface Client {
  readonly address: string
  /** The address may be that of many clients. */
  readonly shared: boolean
}

export function createSignInLimit(clock: Clock, trustedProxies: readonly string[] = []): SignInLimit {
  const isProxy = createAddressList([...loopback, ...trustedProxies])
  const failures = new Map<string, { count: number; since: number }>()
  const turns = createTurns()
  const places = createPlaces()

  function clientOf(request: AddressedRequest): Client {
    const address = clientAddress(request, isProxy)
    const isForwarded = request.headers['x-forwarded-for'] !== undefined
    const fromProxy = isProxy(request.socket.remoteAddress)
    // A trusted proxy without a client address, and a header from a sender that is not trusted: in both cases the address is the proxy's.
    return { address: addressBlock(address), shared: isProxy(address) || (isForwarded && !fromProxy) }
  }
  const recent = (address: string) => {
    const entry = failures.get(address)
    return entry && clock.monotonic() - entry.since <= failureWindowMs ? entry : undefined
  }

  function count(of: string): number {
    const entry = recent(of) ?? { count: 0, since: clock.monotonic() }
    entry.count++
    // Newest last: the first of the map has failed longest ago.
    failures.delete(of)
    failures.set(of, entry)
    if (failures.size > addressesMax) failures.delete(failures.keys().next().value as string)
    return entry.count
  }

  return {
    check(request, account) {
      // By any address: else many of them guess the password of one account.
      if (account !== undefined && (recent(ofAccount(account))?.count ?? 0) >= failuresMax)
        throw tooMany('for this account')
      const { address, shared } = clientOf(request)
      if (!shared && (recent(address)?.count ?? 0) >= failuresMax) throw tooMany('from this address')
    },
    failed(request, account) {
      if (account !== undefined) count(ofAccount(account))
      if (count(clientOf(request).address) > failuresMax) throw tooMany('from this address')
    },
    inTurn(request, account, attempt) {
      const { address, shared } = clientOf(request)
      const atAccount = () => (account === undefined ? attempt() : turns(ofAccount(account), attempt))
      return shared ? atAccount() : turns(address, atAccount)
    },
    enter(request) {
      const { address, shared } = clientOf(request)
      return places(shared ? undefined : address)
    },
  }
}

/** Without a client, the places in all are the only bound. */
function createPlaces() {
  const taken: { readonly client: string | undefined }[] = []
  return (client: string | undefined): Disposable | undefined => {
    const own = client === undefined ? 0 : taken.filter((one) => one.client === client).length
    if (taken.length >= placesMax || own >= clientPlacesMax) return undefined
    const place = { client }
    taken.push(place)
    return {
      [Symbol.dispose]() {
        const at = taken.indexOf(place)
        if (at >= 0) taken.splice(at, 1)
      },
    }
  }
}

/** One after another for each name. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work)
    // Its own caller gets the fault; the next one only waits for the end.
    const ended = mine.catch(() => {})
    last.set(name, ended)
    try {
      return await mine
    } finally {
      if (last.get(name) === ended) last.delete(name)
    }
  }
}

/** Not the address itself: the list holds no e-mail. */
const ofAccount = (account: string) => `account ${hash('sha256', account)}`

const tooMany = (where: string) =>
  new ProblemError(429, `too many failed sign-ins ${where}: wait a minute`, {
    code: 'E_SIGN_IN_LIMIT',
    headers: { 'retry-after': String(failureWindowMs / 1_000) },
  })
