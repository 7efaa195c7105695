/** `baykeeper simulate --fleet` and `--check`: every kind of device through every source of the running server, and the comparison with the truth. */
import { existsSync } from 'node:fs'
import { type Client, createClient } from '@baykeeper/contract/client.ts'
import { scopes } from '@baykeeper/contract/vocabulary.ts'
import { checkFleet, type FleetVerdict, untilProcessed } from '../simulator/fleet/check.ts'
import { chooseFleetDecoders } from '../simulator/fleet/fleet-decoders.ts'
import { publishFleetLayout } from '../simulator/fleet/fleet-layout.ts'
import type { Difference } from '../simulator/fleet/judge-member.ts'
import { createMembers, type Fleet, type Members, type Way, ways } from '../simulator/fleet/members.ts'
import type { Addresses } from '../simulator/fleet/open-channels.ts'
import { type FleetSent, runFleet } from '../simulator/fleet/run.ts'
import { createProgress, duration } from '../simulator/progress.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { placeOf, type Ready, runningServer } from './place.ts'
import { findTarget, interruptible, type SendingOptions, type Target } from './sending.ts'

export interface FleetCommandOptions extends SendingOptions, Spoken {
  readonly sensors: number
  readonly rate?: number
  readonly seed?: number
  readonly check?: boolean
}

/** It publishes a layout and chooses decoders. */
const fleetScopes = scopes.filter((scope) => scope !== 'admin' && scope !== 'operate')
const devicesMin = 10
const devicesMax = 500_000
/** Frames a second where no rate is given: a server on a small machine keeps up with it. */
const rateUsual = 5_000
const shownMax = 200

export async function fleetCommand(options: FleetCommandOptions): Promise<number> {
  const { sensors: devices, seed = 1 } = options
  if (devices < devicesMin || devices > devicesMax)
    throw new CommandFailed(exitCodes.usage, `--sensors ${devices}: a fleet has ${devicesMin} to ${devicesMax} devices`)
  using interrupt = interruptible()
  await using target = await findTarget({ ...options, via: 'http' }, { name: 'simulate', api: fleetScopes })
  const ready = await runningServer(placeOf(options).config.data)
  if (!ready || target.web === undefined || target.apiKey === undefined)
    throw new CommandFailed(
      exitCodes.unreachable,
      'a fleet is for the server of this data directory: start it, and name it with --data',
    )
  const addresses = addressesOf(ready)
  const fleet: Fleet = { seed, devices, begin: Date.now(), ways: ways.filter((way) => addresses[way] !== undefined) }
  const members = createMembers(fleet)
  const client = createClient({ base: target.web, key: target.apiKey })
  const began = performance.now()
  await publishFleetLayout(client, members, devices)
  await chooseDecoders(options, {
    client,
    members,
    devices,
    source: target.user ?? 'simulate',
    signal: interrupt.signal,
  })
  const sent = await send(options, fleet, addresses, target, interrupt.signal)
  const sentS = (performance.now() - began) / 1_000
  const verdict = options.check
    ? await compare(options, { client, fleet, members, sent, signal: interrupt.signal })
    : undefined
  report(options, { fleet, sent, sentS, verdict, tookS: (performance.now() - began) / 1_000 })
  return verdict && verdict.differences.length > 0 ? exitCodes.failed : exitCodes.ok
}

/** A serial port takes part where its path does not exist yet: then a pseudo-terminal is made there. */
function addressesOf({ ingest, mqtt, tcp, udp, serial = [] }: Ready): Addresses {
  const port = serial.find((path) => path.startsWith('/') && !existsSync(path))
  const all = { webhook: ingest, http: ingest, mqtt, tcp, udp, serial: port }
  return Object.fromEntries(Object.entries(all).filter(([, address]) => address !== undefined))
}

interface Choosing {
  readonly client: Client
  readonly members: Members
  readonly devices: number
  readonly source: string
  readonly signal: AbortSignal
}

async function chooseDecoders({ json }: Spoken, choosing: Choosing): Promise<void> {
  const progress = createProgress({ stage: 'decoders', total: choosing.devices, json })
  try {
    await chooseFleetDecoders({ ...choosing, onProgress: progress.update })
  } finally {
    progress.end()
  }
}

async function send(
  { rate = rateUsual, json }: FleetCommandOptions,
  fleet: Fleet,
  addresses: Addresses,
  { token, user }: Target,
  signal: AbortSignal,
): Promise<FleetSent> {
  const progress = createProgress({ stage: 'send', total: fleet.devices, json })
  try {
    return await runFleet({
      fleet,
      addresses,
      rate,
      token,
      user,
      signal,
      onTrouble: progress.say,
      onProgress: progress.update,
    })
  } finally {
    progress.end()
  }
}

interface Comparison {
  readonly client: Client
  readonly fleet: Fleet
  readonly members: Members
  readonly sent: FleetSent
  readonly signal: AbortSignal
}

async function compare({ json }: Spoken, { client, fleet, members, sent, signal }: Comparison): Promise<FleetVerdict> {
  const waiting = createProgress({ stage: 'processing', json })
  waiting.say('waiting until the server has processed what it accepted')
  const isProcessed = await untilProcessed(client, signal)
  const progress = createProgress({ stage: 'compare', total: fleet.devices, json })
  try {
    return await checkFleet({
      ...{ client, fleet, members, signal, resent: sent.resent, isProcessed },
      onRead: (items) => items % 50_000 === 0 && waiting.update(items),
      onJudged: progress.update,
    })
  } finally {
    progress.end()
  }
}

interface Outcome {
  readonly fleet: Fleet
  readonly sent: FleetSent
  readonly sentS: number
  readonly verdict: FleetVerdict | undefined
  readonly tookS: number
}

const count = (n: number) => n.toLocaleString('en')

function report(options: Spoken, { fleet, sent, sentS, verdict, tookS }: Outcome): void {
  const { differences = [], unknown = 0, flapping = 0, stays = 0 } = verdict ?? {}
  const left = ways.filter((way) => !fleet.ways.includes(way))
  const { resent, byWay: by_way, ...facts } = sent
  const data = {
    ...{ seed: fleet.seed, devices: fleet.devices, ...facts, by_way, resent: resent.size, seconds: Math.round(tookS) },
    ...(verdict ? { differences, unknown, flapping, stays } : {}),
  }
  print(
    options,
    data,
    () => [
      ...differences.slice(0, shownMax).map(lineOf),
      ...(differences.length > shownMax ? [`${count(differences.length - shownMax)} more; --json has all`] : []),
      `${count(sent.frames)} frames of ${count(fleet.devices)} devices (seed ${fleet.seed}) in ${duration(sentS)}: ${byWay(sent)}; ${count(sent.noise)} of noise, ${count(sent.outages)} gateway outages, ${count(resent.size)} devices sent again for want of an answer`,
      ...(verdict
        ? [
            `${count(differences.length)} differences, ${count(unknown)} devices unknown as they may be, ${count(flapping)} bays marked as flapping and held occupied, ${count(stays)} stays compared, ${duration(tookS)} in all`,
          ]
        : []),
    ],
    {
      warnings:
        left.length > 0
          ? [`the server has no ${left.join(', ')}: ${left.length === 1 ? 'it was' : 'they were'} left out`]
          : [],
    },
  )
}

const byWay = ({ byWay }: FleetSent) =>
  ways.flatMap((way: Way) => (byWay[way] === undefined ? [] : [`${way} ${count(byWay[way])}`])).join(', ')

const lineOf = ({ device, what, shown, truth, why }: Difference) =>
  `${device}  ${what}  shown: ${shown}  true: ${truth}  (${why})`
