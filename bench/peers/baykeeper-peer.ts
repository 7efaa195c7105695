/** We, doing the same job: the whole server, with journal, deduplication, state and ledger. */
import { type Baykeeper, startBaykeeper, storeUrlOf } from '../run/baykeeper.ts'
import type { Peer } from './peer.ts'

export const baykeeperPeer: Peer = {
  name: 'baykeeper',
  about: 'the whole server: journal, decoding, deduplication, states, ledger',
  table: 'reading',
  prepare: async () => `Node ${process.version}`,
  writerPid: (program) => (program as Baykeeper).ready.pids['processor'],
  start: ({ line, database, dir }) => startBaykeeper(dir, ['--serial', line, '--store', storeUrlOf(database)]),
}
