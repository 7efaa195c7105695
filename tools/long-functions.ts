/** The functions of more than 100 lines, and why. The list only shrinks: tidy asks to remove one that has become shorter. */
import type { SizeLimits } from './function-sizes.ts'

export const sizeLimits: SizeLimits = {
  over60: 55,
  long: [
    {
      file: 'src/api/live/live-state.ts',
      name: 'createLiveState',
      reason: 'One closure over the newest devices, layout and summaries; its parts read each other.',
    },
    {
      file: 'src/api/live/stream-hub.ts',
      name: 'createStreamHub',
      reason: 'One closure over the open streams and what each has been sent.',
    },
    {
      file: 'src/api/routes/health.ts',
      name: 'createMetrics',
      reason: 'A list of metrics, one after the other.',
    },
    {
      file: 'src/api/server.ts',
      name: 'createApi',
      reason: 'Composition of the server: hooks and routes in the order in which they apply.',
    },
    {
      file: 'src/auth/keyring.ts',
      name: 'openKeyring',
      reason: 'One closure over the stored keys; each of its functions is short.',
    },
    {
      file: 'src/cli/start.ts',
      name: 'startOn',
      reason: 'The start of the server, step by step; to be split along the steps.',
    },
    {
      file: 'src/forecast/forecaster.ts',
      name: 'createForecaster',
      reason: 'One closure over the child process and the questions in flight.',
    },
    {
      file: 'src/intake/counters.ts',
      name: 'createIntakeCounters',
      reason: 'One closure over the counters of all sources.',
    },
    {
      file: 'src/journal/groups.ts',
      name: 'createGroupQueue',
      reason: 'One closure over the groups that wait for the disk.',
    },
    {
      file: 'src/journal/reader.ts',
      name: 'openReader',
      reason: 'One closure over the segment that is open; to be split.',
    },
    {
      file: 'src/processing/batch.ts',
      name: 'createBatch',
      reason: 'Fast path of every frame; to be split where that costs no time.',
    },
    {
      file: 'src/processing/stored-keys.ts',
      name: 'createStoredKeys',
      reason: 'One closure over what was asked of the store for a batch.',
    },
    {
      file: 'src/simulator/city.ts',
      name: 'createCity',
      reason: 'One closure over the simulated city.',
    },
    {
      file: 'src/simulator/world/reference-number.ts',
      name: 'byNumber',
      reason: 'The reference of rule O7, to be read beside it from top to bottom.',
    },
    {
      file: 'src/sources/mqtt/broker-source.ts',
      name: 'serve',
      reason: 'Composition of the broker: its hooks share its state.',
    },
    {
      file: 'src/store/engine/mysql/open-mysql.ts',
      name: 'openMysql',
      reason: 'Composition of the store of one dialect.',
    },
    {
      file: 'src/store/engine/sqlite/open-sqlite.ts',
      name: 'openSqlite',
      reason: 'Composition of the store of one dialect.',
    },
    {
      file: 'src/store/queries/history-queries.ts',
      name: 'historyQueries',
      reason: 'A list of queries, one after the other.',
    },
    {
      file: 'src/store/queries/loss-queries.ts',
      name: 'lossQueries',
      reason: 'A list of queries, one after the other.',
    },
    {
      file: 'src/store/queries/recount.ts',
      name: 'recount',
      reason: 'The recount of all rows, step by step.',
    },
    {
      file: 'src/store/queries/shared-queries.ts',
      name: 'sharedQueries',
      reason: 'A list of queries, one after the other.',
    },
    {
      file: 'src/store/readings/stored-tail.ts',
      name: 'storedTail',
      reason: 'One closure over the open blocks of readings.',
    },
  ],
}
