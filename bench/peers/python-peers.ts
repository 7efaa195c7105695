/** The peers in Python: the synchronous loop, the original decoupled design, and the same tuned. */
import path from 'node:path'
import { startMeasured, until } from '../run/measured-process.ts'
import { pythonWithPackages } from './cache.ts'
import type { Peer } from './peer.ts'

const readyMsMax = 30_000

function pythonPeer(name: string, about: string, file: string, ...more: string[]): Peer {
  return {
    name,
    about,
    table: 'line',
    prepare: async () => (await pythonWithPackages()).versions,
    async start(job) {
      const { python } = await pythonWithPackages()
      const program = startMeasured(python, [path.join(import.meta.dirname, file), JSON.stringify(job), ...more], {
        env: { PYTHONDONTWRITEBYTECODE: '1' },
      })
      await untilReady(program, name)
      return program
    },
  }
}

export async function untilReady(program: ReturnType<typeof startMeasured>, name: string): Promise<void> {
  await until(`"ready" from ${name}`, readyMsMax, () => {
    if (program.hasEnded()) throw new Error(`${name} ended: ${program.output()}`)
    return /^ready/m.test(program.output()) || undefined
  })
}

export const pythonPeers: readonly Peer[] = [
  pythonPeer('python-loop', 'synchronous loop: pyserial readline, PyMySQL, a commit a row', 'synchronous_loop.py'),
  pythonPeer('original', 'pyserial thread, queue.Queue, SQLAlchemy ORM batches', 'original_design.py', 'plain'),
  pythonPeer('original-tuned', 'the same with read(in_waiting) and core inserts', 'original_design.py', 'tuned'),
]
