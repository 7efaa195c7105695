/**
 * Databases of one server that hold an empty schema of today, one after the other for many tests: to make the schema takes a server longer than
 * most tests. After a test every row is deleted, and a table whose definition differs is made again, so that the next test finds what a
 * migration leaves. Tests of migrations get new databases.
 */
import type { Connection } from 'mariadb'
import type { DatabaseServer } from './mariadb-fixture.ts'

export interface UsedDatabases {
  /** URL of a store in a migrated database without its own rows. */
  take(): Promise<string>
  giveBack(url: string): Promise<void>
}

interface Definition {
  readonly name: string
  /** Without the name of its database. */
  readonly text: string
}
interface Schema {
  readonly tables: readonly Definition[]
  readonly views: readonly Definition[]
}

interface Model extends Schema {
  readonly database: string
  /** Tables in which a migration leaves rows. */
  readonly filled: ReadonlySet<string>
}

const databaseOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

export function usedDatabases(on: DatabaseServer, migrate: (url: string) => Promise<void>): UsedDatabases {
  const free: string[] = []
  /** Never given to a test: its schema is what the others get back to, its rows what a migration writes. */
  let known: Promise<Model> | undefined
  function model(): Promise<Model> {
    known ??= makeModel()
    return known
  }

  async function migrated() {
    const url = await on.createDatabase()
    await migrate(url)
    return url
  }
  async function makeModel(): Promise<Model> {
    const url = await migrated()
    const database = databaseOf(url)
    const connection = await on.administrator(database)
    try {
      const schema = await schemaOf(connection, database)
      const filled = new Set<string>()
      for (const { name } of schema.tables)
        if ((await connection.query(`SELECT 1 FROM \`${name}\` LIMIT 1`)).length > 0) filled.add(name)
      return { database, filled, ...schema }
    } finally {
      await connection.end()
    }
  }

  return {
    async take() {
      await model()
      return free.pop() ?? (await migrated())
    },
    async giveBack(url) {
      const wanted = await model()
      const database = databaseOf(url)
      const connection = await on.administrator(database)
      try {
        const found = await schemaOf(connection, database)
        if (textsOf(found.views) !== textsOf(wanted.views)) return void (await on.execute(`DROP DATABASE ${database}`))
        await connection.query(emptied(found.tables, wanted).join(';\n'))
      } finally {
        await connection.end()
      }
      free.push(url)
    },
  }
}

const textsOf = (definitions: readonly Definition[]) => definitions.map(({ text }) => text).join(';\n')

function emptied(found: readonly Definition[], { database, tables, filled }: Model): string[] {
  const known = new Map(found.map(({ name, text }) => [name, text]))
  const names = new Set(tables.map(({ name }) => name))
  const added = found.filter(({ name }) => !names.has(name)).map(({ name }) => `DROP TABLE \`${name}\``)
  const again = tables.flatMap(({ name, text }) => {
    const fill = filled.has(name) ? [`INSERT INTO \`${name}\` SELECT * FROM \`${database}\`.\`${name}\``] : []
    if (known.get(name) === text) return [`DELETE FROM \`${name}\``, ...fill]
    return [`DROP TABLE IF EXISTS \`${name}\``, text, ...fill]
  })
  return ['SET autocommit = 1, completion_type = 0', ...added, ...again]
}

async function schemaOf(connection: Connection, database: string): Promise<Schema> {
  const names: { name: string; kind: string }[] = await connection.query(
    `SELECT table_name AS name, table_type AS kind FROM information_schema.tables
      WHERE table_schema = '${database}' ORDER BY table_name`,
  )
  const tables: Definition[] = []
  const views: Definition[] = []
  for (const { name, kind } of names) {
    const isView = kind === 'VIEW'
    const [row] = await connection.query(`SHOW CREATE ${isView ? 'VIEW' : 'TABLE'} \`${name}\``)
    const text = String(row[isView ? 'Create View' : 'Create Table']).replaceAll(`\`${database}\`.`, '')
    const into = isView ? views : tables
    into.push({ name, text })
  }
  return { tables, views }
}
