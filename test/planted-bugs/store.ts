/** Bugs of the store: what would lose, double or bend rows without a word. */
import type { PlantedBug } from './planted-bug.ts'

const judge = ['--test', 'src/store/sqlite/sqlite.test.ts']
const faultsJudge = ['--test', 'src/store/faults.test.ts']

export const storeBugs: readonly PlantedBug[] = [
  {
    what: 'moves the offset outside the transaction',
    file: 'src/store/sqlite/commit.ts',
    from: '    using work = unitOfWork(db)\n    const moved = moveOffset.run(batch.to, batch.fence, batch.journal, batch.from, batch.fence)\n',
    to: '    const moved = moveOffset.run(batch.to, batch.fence, batch.journal, batch.from, batch.fence)\n    using work = unitOfWork(db)\n',
    judge,
  },
  {
    what: 'stops the offset one record early, so that the last one is stored again',
    file: 'src/store/sqlite/commit.ts',
    from: 'moveOffset.run(batch.to, ',
    to: 'moveOffset.run(Math.max(batch.from, batch.to - 1), ',
    judge,
  },
  {
    what: 'lets a commit from another offset through',
    file: 'src/store/sqlite/commit.ts',
    from: 'if (moved.changes !== 1)',
    to: 'if (moved.changes > 1)',
    judge,
  },
  {
    what: 'does not check the fence of an older writer',
    file: 'src/store/sqlite/commit.ts',
    from: "AND off = ? AND fence <= ?',",
    to: "AND off = ? AND ? >= 0',",
    judge,
  },
  {
    what: 'lowers a fence',
    file: 'src/store/sqlite/open-sqlite.ts',
    from: "AND part = 0 AND fence <= ?')",
    to: "AND part = 0 AND ? >= 0')",
    judge,
  },
  {
    what: 'commits a batch that failed half way all the same',
    file: 'src/store/sqlite/unit-of-work.ts',
    from: "db.exec('ROLLBACK')",
    to: "db.exec('COMMIT')",
    judge,
  },
  {
    what: 'leaves a batch that failed half way open, neither committed nor rolled back',
    file: 'src/store/sqlite/unit-of-work.ts',
    from: "if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')",
    to: '',
    judge,
  },
  {
    what: 'writes the state of one device over another that took its number',
    file: 'src/store/sqlite/commit.ts',
    from: 'WHERE external = excluded.external AND source = excluded.source',
    to: 'WHERE true',
    judge,
  },
  {
    what: 'remembers the last batch only in the ledger',
    file: 'src/store/sqlite/commit.ts',
    from: 'column} + excluded.',
    to: 'column} * 0 + excluded.',
    judge,
  },
  {
    what: 'keeps a dead letter that was decoded again',
    file: 'src/store/sqlite/commit.ts',
    from: 'for (const { pos, idx } of batch.deadLettersDone) doneDeadLetter.run(pos, idx)',
    to: '',
    judge,
  },
  {
    what: 'stores a number that is none as NULL without a word',
    file: 'src/store/rows.ts',
    from: 'if (value === null || Number.isFinite(value)) return value',
    to: 'if (value === null || !Number.isNaN(value) || true) return value',
    judge,
  },
  {
    what: 'rounds a number beyond 2^53 without a word',
    file: 'src/store/rows.ts',
    from: 'if (Number.isSafeInteger(value)) return value',
    to: 'if (Number.isInteger(value)) return value',
    judge,
  },
  {
    what: 'starts a second journal at positions that are taken',
    file: 'src/store/sqlite/open-sqlite.ts',
    from: 'coalesce(max(base + off), 0)',
    to: 'coalesce(max(off), 0)',
    judge,
  },
  {
    what: 'writes to a database of a later release',
    file: 'src/store/sqlite/migrate-sqlite.ts',
    from: 'if (current > schemaVersion) throw tooNew(current)',
    to: '',
    judge,
  },
  {
    what: 'passes over devices that share the last rev of an answer',
    file: 'src/store/shared-queries.ts',
    from: 'return [...rows.filter((row) => row.rev < last.rev), ...ties].map(toDevice)',
    to: 'return rows.map(toDevice)',
    judge,
  },
  {
    what: 'blames a row for a fault that nobody knows (SQLite)',
    file: 'src/store/sqlite/sqlite-faults.ts',
    from: "(faultOf[errcode & 0xff] ?? 'transient')",
    to: "(faultOf[errcode & 0xff] ?? 'data')",
    judge: faultsJudge,
  },
  {
    what: 'blames a row for a fault that nobody knows (MySQL)',
    file: 'src/store/mysql/mysql-faults.ts',
    from: "(faultOf[errno] ?? 'transient')",
    to: "(faultOf[errno] ?? 'data')",
    judge: faultsJudge,
  },
  {
    what: 'blames a row for a full disk (MySQL)',
    file: 'src/store/mysql/mysql-faults.ts',
    from: "return new StoreError(full || tooLarge ? 'capacity'",
    to: "return new StoreError(tooLarge ? 'capacity' : full ? 'data'",
    judge: faultsJudge,
  },
]
