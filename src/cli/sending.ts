/**
 * Where `replay` and `simulate` send, and as whom: what the options say, else the environment, else the server that runs on the
 * data directory, which is on this machine and gets a token made for the occasion.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scope } from '@baykeeper/contract/vocabulary.ts'
import { type Keyring, openKeyring } from '../auth/keyring.ts'
import type { Config } from '../config/config.ts'
import type { Transport } from '../simulator/senders/transport.ts'
import { CommandFailed, exitCodes } from './output.ts'
import { type PlaceOptions, placeOf, type Ready, runningServer } from './place.ts'

export interface SendingOptions extends PlaceOptions {
  readonly via: Transport
  /** URL, or path of a serial line. */
  readonly to?: string
  readonly token?: string
  readonly apiKey?: string
}

export interface Target extends AsyncDisposable {
  readonly via: Transport
  readonly to: string
  readonly token?: string | undefined
  readonly user?: string | undefined
  /** Web of the server and a key for it, when both are at hand. */
  readonly web?: string | undefined
  readonly apiKey?: string | undefined
  /** What of the occasion may not come true there; one sentence each. */
  readonly warnings: readonly string[]
}

/** Source name of tokens made here: the same each time, so that a second replay meets its own readings. */
export interface Occasion {
  readonly name: string
  readonly time?: 'trust'
  /** Also asks for an API key, with these scopes. */
  readonly api?: readonly Scope[]
}

const listeners = { http: 'ingest', mqtt: 'mqtt', tcp: 'tcp' } as const
/** A demo ends within a second of the first ingest token; its processes start again on the real data. */
const demoEndMsMax = 6_000

export async function findTarget(options: SendingOptions, occasion: Occasion): Promise<Target> {
  const { via } = options
  const { config } = placeOf(options)
  const { data } = config
  const ready = await runningServer(data)
  const to = options.to ?? (via === 'serial' ? undefined : ready?.[listeners[via]])
  if (to === undefined) throw missingTarget(via, ready, data)
  if (via !== 'serial' && !URL.canParse(to)) throw usage(`--to ${to}: give a URL like ${via}://127.0.0.1:8081`)
  // Keys of this directory are good for its own server only.
  const own = ready !== undefined && (via === 'serial' || to === ready[listeners[via]])
  // The token of the environment is trusted with old times only where it is configured so; a token for the occasion always is.
  const ofEnvironment =
    own && occasion.time && !config.trust.includes('env') ? undefined : process.env['BAYKEEPER_INGEST_TOKEN']
  let token = options.token ?? ofEnvironment
  let user = options.token ? undefined : token ? 'env' : undefined
  let apiKey = options.apiKey ?? process.env['BAYKEEPER_API_KEY']
  const warnings = occasion.time ? untrustedTimes(config, { via, to, own }) : []
  if (!own) return { via, to, token, user, warnings, [Symbol.asyncDispose]: async () => {} }

  using keyring = await openKeyring(data)
  if (options.token) user = trustedSource(keyring, options.token, occasion, config)
  const made: ('ingest' | 'api')[] = []
  const isFirst = keyring.isEmpty()
  const { name, time } = occasion
  const needsToken = !token && (via === 'http' || via === 'mqtt')
  // The first one ends a simulated city: a transport without tokens makes it for that.
  if (needsToken || isFirst) {
    const forOccasion = await keyring.createToken({ name, kind: 'ingest', replace: true, ...(time ? { time } : {}) })
    made.push('ingest')
    if (needsToken) {
      token = forOccasion
      user = name
    }
  }
  if (!apiKey && occasion.api) {
    apiKey = await keyring.createToken({ name, kind: 'api', scopes: [...occasion.api], replace: true })
    made.push('api')
  }
  if (isFirst) await demoEnd(data, ready)
  return {
    via,
    to,
    token,
    user,
    web: ready.web,
    apiKey,
    warnings,
    [Symbol.asyncDispose]: () => revoke(data, name, made),
  }
}

/** The source of a token that was given by hand. Refuses one under which the original times would be lost. */
function trustedSource(keyring: Keyring, token: string, { time }: Occasion, { trust }: Config): string | undefined {
  const sender = keyring.ingest(token)
  if (time && sender && sender.time !== 'trust' && !trust.includes(sender.source))
    throw usage(
      `--token: the times of ${sender.source} are checked, so old readings would get the time of their arrival; leave --token out, or make one with: baykeeper token create --source ${sender.source} --time trust --replace`,
    )
  return sender?.source
}

interface Line {
  readonly via: Transport
  readonly to: string
  readonly own: boolean
}

/** Where the times that readings carry may not be taken by the server. */
function untrustedTimes({ trust, tcp, serial }: Config, { via, to, own }: Line): string[] {
  const checked = 'old readings get the time of their arrival'
  if (!own)
    return [
      `${to} takes the original times only if this source is trusted there (a token made with --time trust, or "time: trust" of the listener); otherwise ${checked}`,
    ]
  if (via === 'tcp' && tcp.time !== 'trust' && !trust.includes('tcp'))
    return [`the server checks the times of TCP lines, so ${checked}; set "tcp: { time: trust }" for the replay`]
  if (via === 'serial' && serial.some(({ time }) => time !== 'trust'))
    return [
      `the server checks the times of serial lines, so ${checked}; set "time: trust" under "serial" for the replay`,
    ]
  return []
}

async function revoke(data: string, name: string, kinds: readonly ('ingest' | 'api')[]) {
  if (kinds.length === 0) return
  using keyring: Keyring = await openKeyring(data)
  for (const kind of kinds) await keyring.revoke(name, kind)
}

async function demoEnd(data: string, ready: Ready) {
  // A server that shows no demo has no such directory, and nothing to end.
  if (!existsSync(path.join(data, 'demo'))) return
  for (const until = Date.now() + demoEndMsMax; Date.now() < until; await sleep(200)) {
    const now = await runningServer(data)
    if (now && now.pids['web'] !== ready.pids['web']) return
  }
}

const usage = (message: string) => new CommandFailed(exitCodes.usage, message)

function missingTarget(via: Transport, ready: Ready | undefined, data: string): CommandFailed {
  if (via === 'serial')
    return usage('--via serial needs --to PATH: the end of the serial line the server does not hold')
  return ready
    ? new CommandFailed(
        exitCodes.unreachable,
        `the server on ${data} has no ${via} listener; start it with one, or give --to URL`,
      )
    : new CommandFailed(
        exitCodes.unreachable,
        `no server runs on ${data}; start one (baykeeper start), or give --to URL`,
      )
}

/** Aborts on the first Ctrl-C or SIGTERM; a second ends the process at once. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    stop.abort(new CommandFailed(exitCodes.interrupted, 'interrupted'))
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
    },
  }
}
