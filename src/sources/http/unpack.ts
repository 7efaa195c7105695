/**
 * Unpacking gzip bodies, so that no source waits for the bodies of another. Small ones are unpacked at once. One that turns out to be large
 * goes to the thread pool, one of each source at a time, the sources in turn; and then the source rests as long as its body was large:
 * a compression bomb of 8 KiB keeps a core busy as a body of 8 MiB does, and costs its sender nothing.
 */
import { promisify } from 'node:util'
import { gunzip as gunzipCallback, gunzipSync } from 'node:zlib'
import { type BodyFault, bodyBytesMax } from './body.ts'

const smallPackedBytesMax = 4 * 1024
const smallBytesMax = 64 * 1024
/** The thread pool also syncs the journal: leave it threads. */
const largeAtOnceMax = 2
/** Upper bound on waiting bodies of one source; a further one gets 429. */
const waitingOfSourceMax = 64
/** What one source may have unpacked beside small bodies: a tenth of what a core unpacks. */
const restBytesPerMs = 64 * 1024
/** Each chunk is a way to the thread pool and back: with the usual 16 KiB a bomb goes 512 times, behind everything else. */
const chunkBytes = 1024 * 1024

const gunzip = promisify(gunzipCallback)
/** Sources with a large body in the pool, or resting after one. */
const busy = new Set<string>()
const waiting = new Map<string, (() => void)[]>()
let large = 0

/**
 * The unpacked bytes; `too-large` beyond the body limit; `too-many-of-source` when too many of the source wait already; `undefined`
 * when they are not gzip.
 */
export async function unpack(source: string, packed: Buffer): Promise<Buffer | BodyFault | undefined> {
  if (packed.length <= smallPackedBytesMax) {
    const small = settle(() => gunzipSync(packed, { maxOutputLength: smallBytesMax }))
    if (small !== 'too-large') return small
  }
  const queue = waiting.getOrInsertComputed(source, () => [])
  if (queue.length >= waitingOfSourceMax) return 'too-many-of-source'
  const turn = new Promise<void>((resolve) => queue.push(resolve))
  startWaiting()
  await turn
  let bytes = bodyBytesMax
  try {
    const unpacked = await gunzip(packed, { maxOutputLength: bodyBytesMax, chunkSize: chunkBytes })
    bytes = unpacked.length
    return unpacked
  } catch (fault) {
    return settle(() => {
      throw fault
    })
  } finally {
    large--
    setTimeout(() => {
      busy.delete(source)
      startWaiting()
    }, bytes / restBytesPerMs)
    startWaiting()
  }
}

/** Each source that may goes once, and then to the end of the line. */
function startWaiting(): void {
  for (const [source, queue] of [...waiting]) {
    if (large >= largeAtOnceMax) return
    if (busy.has(source)) continue
    waiting.delete(source)
    const next = queue.shift()
    if (queue.length > 0) waiting.set(source, queue)
    if (!next) continue
    busy.add(source)
    large++
    next()
  }
}

function settle(work: () => Buffer): Buffer | 'too-large' | undefined {
  try {
    return work()
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : undefined
  }
}
