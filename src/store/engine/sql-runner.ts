/** What the shared queries need of a dialect: something that runs one statement, and kysely to compose it without a connection. */
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Tables } from '../tables.ts'

export interface SqlRunner {
  readonly db: Kysely<Tables>
  /** How a list of keys is handed over so that each is looked up along the key: as SQLite's values, or as JSON that the server makes a table of. */
  readonly keyLists: 'values' | 'json'
  /** How many reads run at the same time at best; 1 where not stated. */
  readonly readsAtOnce?: number
  /** Integers come back as numbers, blobs as bytes. Throws StoreError. */
  all<Row>(query: CompiledQuery<Row>): Promise<Row[]>
  /** `affected` counts rows found, changed or not; `insertId` is the number a generated key was given. */
  run(query: CompiledQuery<unknown>): Promise<{ affected: number; insertId: number }>
}

/** Composes and compiles; never connects. */
export const composer = {
  sqlite: () =>
    new Kysely<Tables>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
  mysql: () =>
    new Kysely<Tables>({
      dialect: {
        createAdapter: () => new MysqlAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new MysqlIntrospector(db),
        createQueryCompiler: () => new MysqlQueryCompiler(),
      },
    }),
}
