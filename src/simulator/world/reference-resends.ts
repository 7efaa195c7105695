/**
 * Evidence of the transport for frames without an identity: one HTTP body, MQTT messages marked DUP, the first lines of a new TCP
 * connection. What a sender repeats for want of an answer runs, in order, to the end of what was stored: a repetition is a suffix of it. A sender
 * that goes on in another way sent new frames that are identical by chance.
 */
import { type Frame, payloadOf, type ToyServer } from './server.ts'

const contentOf = (frame: Frame) => `${frame.seq} ${frame.time} ${payloadOf(frame)}`

export function createResends(fates: ToyServer['fates']) {
  const log: string[] = []
  let connection: number | undefined
  /** Frames that match so far, and the places in the log where the last of them may lie. */
  let held: Frame[] = []
  let places: number[] = []

  /** The frames that are no repetition. */
  function fresh(frames: readonly Frame[]): Frame[] {
    const [first] = frames
    if (first?.transport === 'http') return freshBody(frames)
    return frames.flatMap(freshFrame)
  }

  function freshBody(frames: readonly Frame[]): Frame[] {
    const contents = frames.map(contentOf)
    const tail = log.slice(-contents.length)
    if (tail.length === contents.length && tail.every((content, i) => content === contents[i])) {
      for (const { index } of frames) fates[index] = 'duplicate'
      return []
    }
    log.push(...contents)
    return [...frames]
  }

  function freshFrame(frame: Frame): Frame[] {
    const begins = frame.dup ? places.length === 0 : frame.connection !== undefined && frame.connection !== connection
    const isFirst = connection === undefined && !frame.dup
    connection = frame.connection ?? connection
    const content = contentOf(frame)
    if (begins && !isFirst) {
      const released = release()
      places = log.flatMap((stored, at) => (stored === content ? [at] : []))
      return [...released, ...settle(frame)]
    }
    if (places.length === 0 || (frame.transport === 'mqtt' && !frame.dup)) return [...release(), ...kept([frame])]
    places = places.map((at) => at + 1).filter((at) => log[at] === content)
    return settle(frame)
  }

  /** A run that ended at the newest stored frame was a repetition, possibly the beginning of a longer one. */
  function settle(frame: Frame): Frame[] {
    held.push(frame)
    if (places.length === 0) return release()
    if (!places.includes(log.length - 1)) {
      fates[frame.index] = 'tentative'
      return []
    }
    for (const { index } of held) fates[index] = 'duplicate'
    held = []
    return []
  }

  /** The held frames were new. */
  function release(): Frame[] {
    const released = held
    held = []
    places = []
    return kept(released)
  }

  function kept(frames: Frame[]): Frame[] {
    log.push(...frames.map(contentOf))
    return frames
  }

  return { fresh, contradicts: (shown: boolean | null) => held.some(({ occupied }) => occupied !== shown) }
}
