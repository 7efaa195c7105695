import { StoreError } from '../store.ts'
import { schemaVersion } from './migrations.ts'

/** S4: a database from a later release is left alone. */
export const tooNew = (found: number) =>
  new StoreError(
    'newer',
    `the database has schema version ${found}, this release understands up to ${schemaVersion}: upgrade Baykeeper`,
  )
