/** For tests: the schema as an earlier release left it. */
export interface MigrateOptions {
  readonly untilVersion?: number
}

/** A step of the schema. Steps are never changed once released, only followed by others. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** One transaction. */
  readonly sqlite: readonly string[]
  /** Names in standard quotes, every one of them. MySQL commits at every statement of this kind, so each one can be repeated: a step cut short is run again whole. A column that is there already is no fault (`ADD COLUMN`). */
  readonly mysql: readonly string[]
}
