/** The boots of a board as the reference knows them: which numbers of each were seen, and with what. */
import { type Frame, holesIn, payloadOf, type ToyServer } from './server.ts'

/** By number, unwrapped: 300 is 44 in the second lap of 8 bits. */
export interface Boot {
  readonly payloads: Map<number, string>
  lap: number
  lapBefore: number
  max: number
  min: number
}
/** `next`: above the highest. `same`: seen with the same payload. `hole`: a number that is missing. */
export type Sort = 'next' | 'same' | 'hole' | 'other'

const wraps = [2 ** 8, 2 ** 16, 2 ** 32]
const wrapReach = 64

export interface Boots {
  readonly count: number
  /** The newest. */
  current(): Boot
  begin(frames: readonly Frame[]): void
  put(frame: Frame, number: number, fate?: 'stored' | 'possible-repeat'): void
  /** `last`: the frame before it that waits. */
  sortOf(frame: Frame, last: Frame | undefined): Sort
  isContinued(last: Frame | undefined, seq: number): boolean
  /** Puts a frame that is above the highest, in the next lap where that is so. */
  follow(frame: Frame): void
  /** Numbers that no frame had, in all boots. */
  missing(): number
}

export function createBoots(fates: ToyServer['fates']): Boots {
  const boots: Boot[] = []
  const boot = () => boots.at(-1) as Boot

  function put(frame: Frame, number: number, fate: 'stored' | 'possible-repeat' = 'stored') {
    const { payloads } = boot()
    fates[frame.index] = payloads.get(number) === payloadOf(frame) ? 'duplicate' : fate
    if (!payloads.has(number)) payloads.set(number, payloadOf(frame))
    boot().max = Math.max(boot().max, number)
    boot().min = Math.min(boot().min, number)
  }

  /** A frame above the highest, the lap counted in; undefined when it is not above. */
  function above(seq: number): number | undefined {
    const { lap, max } = boot()
    if (lap + seq > max) return lap + seq
    const wrap = wraps.find((size) => max - lap < size && max - lap >= size - wrapReach)
    return wrap !== undefined && seq <= wrapReach ? lap + wrap + seq : undefined
  }

  /** The frame before it waits, and equals one of the lap or boot before in which this number comes next: both may be repeated. */
  function isContinued(last: Frame | undefined, seq: number): boolean {
    if (last?.seq === undefined || last.seq >= seq) return false
    const { seq: from } = last
    const [{ lap, lapBefore, payloads }, before] = [boot(), boots.at(-2)]
    const others = [
      ...(lapBefore === lap ? [] : [[payloads, lapBefore] as const]),
      ...(before ? [[before.payloads, before.lap] as const, [before.payloads, before.lapBefore] as const] : []),
    ]
    return others.some(
      ([numbers, of]) =>
        numbers.get(of + from) === payloadOf(last) &&
        ![...numbers.keys()].some((number) => number > of + from && number < of + seq),
    )
  }

  function sortOf(frame: Frame, last: Frame | undefined): Sort {
    const { seq = 0 } = frame
    const { lap, lapBefore, min, payloads } = boot()
    const before = boots.at(-2)
    const payload = payloadOf(frame)
    if (above(seq) === boot().max + 1 && !isContinued(last, seq)) return 'next'
    if (payloads.get(lap + seq) === payload || payloads.get(lapBefore + seq) === payload) return 'same'
    if (before?.payloads.get(before.lap + seq) === payload || before?.payloads.get(before.lapBefore + seq) === payload)
      return 'same'
    if (above(seq) !== undefined) return 'next'
    const number = lap + seq
    return number > min && !payloads.has(number) ? 'hole' : 'other'
  }

  return {
    get count() {
      return boots.length
    },
    ...{ current: boot, put, sortOf, isContinued },
    begin(frames) {
      boots.push({ payloads: new Map(), lap: 0, lapBefore: 0, max: -1, min: Number.POSITIVE_INFINITY })
      for (const frame of frames) put(frame, frame.seq ?? 0)
    },
    follow(frame) {
      const number = above(frame.seq ?? 0) as number
      const { lap } = boot()
      if (number - (frame.seq ?? 0) !== lap) Object.assign(boot(), { lap: number - (frame.seq ?? 0), lapBefore: lap })
      put(frame, number)
    },
    missing: () => boots.reduce((sum, { payloads }) => sum + holesIn([...payloads.keys()]), 0),
  }
}
