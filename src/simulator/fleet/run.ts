/**
 * Sends the frames of a whole fleet over every way at once, at a bounded rate. Each lane takes some devices at a time, mixes their frames as a gateway
 * does, now and then withholds what came during an outage of that gateway, and sends noise between.
 */
import { type Clock, systemClock } from '../../lib/clock.ts'
import { createRandom, type Random } from '../random.ts'
import type { Channel, ChannelOptions } from './channel.ts'
import { type FleetRecord, recordsOfMember } from './member-records.ts'
import { createMembers, type Fleet, type Members, type Way } from './members.ts'
import { noiseLine, noiseWebhook } from './noise.ts'
import { type Addresses, lanesOf, mixedOf, openChannel } from './open-channels.ts'

export interface FleetRun extends Omit<ChannelOptions, 'onResent'> {
  readonly fleet: Fleet
  readonly addresses: Addresses
  /** Frames a second, over all ways. */
  readonly rate: number
  readonly onProgress: (devices: number) => void
  readonly clock?: Clock
}

export interface FleetSent {
  readonly frames: number
  /** Frames of no device that the server took. */
  readonly noise: number
  readonly outages: number
  readonly byWay: Readonly<Record<string, number>>
  /** Devices of which a frame went out twice, for want of an answer. */
  readonly resent: ReadonlySet<number>
}

const outageShare = 0.2
/** Between two frames of noise, in records of a lane. */
const noiseEvery = 400
const sliceRecords = 50

export async function runFleet(run: FleetRun): Promise<FleetSent> {
  const { fleet, addresses, signal } = run
  const members = createMembers(fleet)
  const sent = { frames: 0, noise: 0, outages: 0, devices: 0, byWay: {} as Record<string, number> }
  const resent = new Set<number>()
  const onResent = (records: readonly FleetRecord[]) => {
    for (const { member } of records) resent.add(member.index)
  }
  const pace = createPace(run.rate, run.clock ?? systemClock, signal)
  const lanes = fleet.ways.flatMap((way) => {
    const take = takerOf(members, fleet, way)
    const count = Math.min(lanesOf[way], Math.ceil(fleet.devices / 20))
    return Array.from({ length: count }, async (_, lane) => {
      const random = createRandom(fleet.seed + 1_000 * lane + way.length)
      await using channel = await openChannel(way, addresses[way] as string, { ...run, onResent })
      for (let block = take(); block.length > 0; block = take()) {
        const { records, hadOutage } = mixed(
          random,
          block.map((index) => recordsOfMember(members.member(index))),
        )
        if (hadOutage) sent.outages++
        const noise = await sendBlock(way, channel, records, random, pace)
        sent.noise += noise
        const frames = records.reduce((sum, record) => sum + record.frames, 0)
        sent.frames += frames
        sent.byWay[way] = (sent.byWay[way] ?? 0) + frames
        sent.devices += block.length
        run.onProgress(sent.devices)
      }
    })
  })
  await allOrFirstFault(lanes)
  return { ...sent, resent }
}

/** The first fault is thrown when no lane sends any more. */
async function allOrFirstFault(lanes: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(lanes)
  const fault = ended.find((lane) => lane.status === 'rejected')
  if (fault) throw fault.reason
}

/** The next devices of a way, each once. */
function takerOf({ wayOf }: Members, { devices }: Fleet, way: Way): () => number[] {
  let next = 0
  return () => {
    const block: number[] = []
    for (; next < devices && block.length < mixedOf[way]; next++) if (wayOf(next) === way) block.push(next)
    return block
  }
}

/** Frames of several devices in the order of their arrival; those of one device keep theirs. */
export function mixed(
  random: Random,
  members: readonly (readonly FleetRecord[])[],
): { readonly records: readonly FleetRecord[]; readonly hadOutage: boolean } {
  const all = members.flat().sort((a, b) => a.arrived - b.arrived)
  const [first, last] = [all[0]?.arrived ?? 0, all.at(-1)?.arrived ?? 0]
  if (members.length < 2 || random() > outageShare) return { records: all, hadOutage: false }
  // The gateway is offline for a tenth of the time and then sends what it kept, device by device.
  const from = first + (last - first) * random() * 0.9
  const to = from + (last - first) / 10
  const isHeld = ({ arrived }: FleetRecord) => arrived >= from && arrived < to
  const held = all.filter(isHeld).sort((a, b) => a.member.index - b.member.index || a.arrived - b.arrived)
  const before = all.filter(({ arrived }) => arrived < from)
  return { records: [...before, ...held, ...all.filter(({ arrived }) => arrived >= to)], hadOutage: held.length > 0 }
}

async function sendBlock(
  way: Way,
  channel: Channel,
  records: readonly FleetRecord[],
  random: Random,
  pace: (frames: number) => Promise<void>,
): Promise<number> {
  let noise = 0
  for (let at = 0; at < records.length; at += sliceRecords) {
    const slice = records.slice(at, at + sliceRecords)
    await pace(slice.reduce((sum, { frames }) => sum + frames, 0))
    await channel.send(slice)
    if (random() < slice.length / noiseEvery)
      noise += await channel.noise(way === 'webhook' ? noiseWebhook(random) : noiseLine(random))
  }
  return noise
}

/** Resolves when so many more frames are due. */
export function createPace(rate: number, clock: Clock, signal: AbortSignal): (frames: number) => Promise<void> {
  const begun = clock.monotonic()
  let granted = 0
  return async (frames) => {
    signal.throwIfAborted()
    granted = Math.max(granted, ((clock.monotonic() - begun) / 1_000) * rate - rate / 10) + frames
    const waitMs = (granted / rate) * 1_000 - (clock.monotonic() - begun)
    if (waitMs > 0) await clock.sleep(waitMs, signal)
  }
}
