/** The synchronous loop in Node as a peer. */
import path from 'node:path'
import { startMeasured } from '../run/measured-process.ts'
import type { Peer } from './peer.ts'
import { untilReady } from './python-peers.ts'

export const nodeLoop: Peer = {
  name: 'node-loop',
  about: 'synchronous loop in Node: terminal stream, prepared insert, a commit a row',
  table: 'line',
  prepare: async () => `Node ${process.version}`,
  async start(job) {
    const program = startMeasured(process.execPath, [
      path.join(import.meta.dirname, 'node-loop-process.ts'),
      JSON.stringify(job),
    ])
    await untilReady(program, 'node-loop')
    return program
  },
}
