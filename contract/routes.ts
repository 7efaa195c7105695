/**
 * Every route of the API, once. `src/api/server.ts` does not compile while one has no handler, and a handler cannot exist without its
 * route. Pages import the type alone: this file loads the schemas.
 */
import { auditRoutes } from './routes/audit.ts'
import { deviceRoutes } from './routes/devices.ts'
import { forecastRoutes } from './routes/forecasts.ts'
import { healthRoutes, statusRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { layoutRoutes } from './routes/layout.ts'
import { ledgerRoutes, lossRoutes } from './routes/ledger.ts'
import { liveRoutes } from './routes/live.ts'
import { pageRoutes } from './routes/pages.ts'
import { placeRoutes } from './routes/places.ts'
import { referenceRoutes } from './routes/reference.ts'

export const routes = {
  ...pageRoutes,
  ...liveRoutes,
  ...placeRoutes,
  ...historyRoutes,
  ...forecastRoutes,
  ...deviceRoutes,
  ...ledgerRoutes,
  ...lossRoutes,
  ...auditRoutes,
  ...layoutRoutes,
  ...healthRoutes,
  ...statusRoutes,
  ...referenceRoutes,
}
export type Routes = typeof routes
