/**
 * LoRaWAN: identity is (session, counter); order is the network's time between sessions and the counter within one. A counter that restarts within
 * a session (a board without join) shows only by a known counter with another payload.
 */
import { type Frame, holesIn, payloadOf, type Row, type ToyServer } from './server.ts'

interface Part {
  readonly payloads: Map<number, string>
  max: number
  newest: Frame
}
const restartFrames = 3
/** Copies of one uplink by other gateways differ by less. */
const copyMs = 10_000

export function bySession(fates: ToyServer['fates']): Row {
  const sessions = new Map<string, Part[]>()
  let live: { part: Part; frame: Frame } | undefined
  /** Lower counters that came later than the newest of their session: late frames, or a counter that began again. */
  let undecided: Frame[] = []
  const timeOf = (frame: Frame) => frame.network?.time ?? frame.arrived

  function put(part: Part, frame: Frame) {
    const { seq = 0 } = frame
    const known = part.payloads.has(seq)
    fates[frame.index] = known ? 'duplicate' : 'stored'
    part.payloads.set(seq, payloadOf(frame))
    if (seq > part.max) {
      part.max = seq
      part.newest = frame
    }
    const isNewer = !live || (live.part === part ? seq > (live.frame.seq ?? 0) : timeOf(frame) > timeOf(live.frame))
    if (!known && isNewer) live = { part, frame }
  }

  const isRestart = () =>
    undecided.length >= restartFrames &&
    undecided.slice(-restartFrames).every((frame, i, last) => i === 0 || (frame.seq ?? 0) > (last[i - 1]?.seq ?? 0))

  function begin(parts: Part[], frames: readonly Frame[]) {
    const [first] = frames as readonly [Frame]
    const part: Part = { payloads: new Map(), max: -1, newest: first }
    parts.push(part)
    for (const frame of frames) put(part, frame)
  }

  function settle(parts: Part[]) {
    for (const frame of undecided) put(parts.at(-1) as Part, frame)
    undecided = []
  }

  return {
    take(frame) {
      const parts = sessions.getOrInsertComputed(frame.session ?? '', () => [])
      const part = parts.at(-1)
      const { seq = 0 } = frame
      if (!part) return begin(parts, [frame])
      const payload = payloadOf(frame)
      const stored = parts.findLast(({ payloads }) => payloads.get(seq) === payload)
      const isLater = timeOf(frame) > timeOf(part.newest) + copyMs
      if (seq > part.max) {
        settle(parts)
        return put(part, frame)
      }
      if (isLater && undecided.some((one) => one.seq === seq && payloadOf(one) !== payload)) {
        settle(parts)
        return begin(parts, [frame])
      }
      const isOfBefore = stored !== undefined && part.payloads.get(seq) !== payload
      if (isLater && (seq < part.max || isOfBefore)) {
        undecided.push(frame)
        fates[frame.index] = stored ? 'duplicate' : 'tentative'
        const conflicts = !stored && part.payloads.has(seq)
        if (conflicts || isRestart()) {
          begin(parts, undecided)
          undecided = []
        }
        return
      }
      if (stored) fates[frame.index] = 'duplicate'
      else if (part.payloads.has(seq) && isLater) begin(parts, [frame])
      else if (part.payloads.has(seq)) fates[frame.index] = 'quarantined'
      else put(part, frame)
    },
    shown: () => {
      const shown = live?.frame.occupied ?? null
      return undecided.some(({ occupied }) => occupied !== shown) ? null : shown
    },
    missing: () => [...sessions.values()].flat().reduce((sum, { payloads }) => sum + holesIn([...payloads.keys()]), 0),
  }
}
