/** Servers that are wrong in the ways that servers of this kind are: the judge must find each of them out. */
import { referenceServer } from './reference.ts'
import { type Frame, payloadOf, type ToyServer } from './server.ts'

type Fates = ToyServer['fates']

/** A server that decides frame by frame from what it remembers. */
function toy(decide: (frame: Frame, fates: Fates) => 'newest' | 'late' | 'duplicate' | 'quarantined'): ToyServer {
  const fates: Fates = []
  let shown: boolean | null = null
  return {
    fates,
    take(frames) {
      for (const frame of frames) {
        const fate = decide(frame, fates)
        if (fate === 'newest') shown = frame.occupied
        fates[frame.index] = fate === 'newest' || fate === 'late' ? 'stored' : fate
      }
    },
    shown: () => shown,
    missing: () => 0,
  }
}

/** The reference with something taken from it. */
const spoiled = (change: (server: ToyServer) => Partial<ToyServer>) => (): ToyServer => {
  const server = referenceServer()
  return { ...server, ...change(server) }
}

export const wrongServers: Readonly<Record<string, () => ToyServer>> = {
  'is never sure': spoiled(() => ({ shown: () => null })),
  'is never sure of losses': spoiled(() => ({ missing: () => 'not certain' })),
  'knows of no losses': spoiled(() => ({ missing: () => 0 })),
  'sets everything doubtful aside': spoiled((server) => ({
    get fates() {
      return server.fates.map((fate) => (fate === 'tentative' || fate === 'possible-repeat' ? 'quarantined' : fate))
    },
  })),
  'drops what it marks as a possible repetition': spoiled((server) => ({
    get fates() {
      return server.fates.map((fate) => (fate === 'possible-repeat' ? 'duplicate' : fate))
    },
  })),
  'forgets frames that are undecided': spoiled((server) => ({
    get fates() {
      return server.fates.map((fate) => (fate === 'tentative' ? undefined : fate))
    },
  })),
  'stores every repetition': () => toy(() => 'newest'),
  'lets arrival decide': () => {
    const seen = new Set<string>()
    return toy((frame) => {
      const key = `${frame.session} ${frame.boot} ${frame.seq} ${frame.time} ${payloadOf(frame)}`
      if (seen.has(key)) return 'duplicate'
      seen.add(key)
      return 'newest'
    })
  },
  'takes an equal or older time for a repetition': () => {
    let last = Number.NEGATIVE_INFINITY
    return toy(({ time, network, arrived }) => {
      const at = time ?? network?.time ?? arrived
      if (at <= last) return 'duplicate'
      last = at
      return 'newest'
    })
  },
  'believes no lower number': () => {
    let max = -1
    return toy(({ seq = max + 1 }) => {
      if (seq <= max) return 'late'
      max = seq
      return 'newest'
    })
  },
  'takes every fall of the number for a restart': () => {
    let last = -1
    return toy(({ seq = last + 1 }) => {
      const isSame = seq === last
      last = seq
      return isSame ? 'duplicate' : 'newest'
    })
  },
  'takes the same number for a repetition with any payload': () => {
    const seen = new Set<string>()
    return toy(({ seq, session, boot }) => {
      if (seq === undefined) return 'newest'
      const key = `${session} ${boot} ${seq}`
      if (seen.has(key)) return 'duplicate'
      seen.add(key)
      return 'newest'
    })
  },
  'guesses one epoch from falls of more than 1,024': epochServer,
}

/** As the product once did. */
function epochServer(): ToyServer {
  let max = -1
  let seen = new Map<number, string>()
  let lastTime = 0
  return toy((frame) => {
    const { seq = max + 1, time = 0 } = frame
    const stored = seen.get(seq)
    const fell = max - seq > 1_024
    if (seq <= max && stored === payloadOf(frame) && !fell) return 'duplicate'
    if (fell || (seq <= 1 && seq < max && time > lastTime)) {
      seen = new Map()
      max = -1
    } else if (stored !== undefined) return 'quarantined'
    const isLate = seq < max
    seen.set(seq, payloadOf(frame))
    max = Math.max(max, seq)
    lastTime = Math.max(lastTime, time)
    return isLate ? 'late' : 'newest'
  })
}
