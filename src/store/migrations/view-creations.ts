/** The steps that make the declared views: one for each schema version that is named as `since`. */
import { createView, views } from '../views.ts'
import type { Migration } from './migration.ts'

export const viewCreations = (): Migration[] =>
  [...Map.groupBy(views, ({ since }) => since)].map(([version, made]) => ({
    version,
    name: `${String(version).padStart(4, '0')}-views`,
    sqlite: made.flatMap((view) => createView(view, 'sqlite')),
    mysql: made.flatMap((view) => createView(view, 'mysql')),
  }))
