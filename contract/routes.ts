/**
 * Every route of the API, once. `src/api/server.ts` does not compile while one has no handler, and a handler cannot exist without its
 * route. Pages import the type alone: this file loads the schemas.
 */
import { accountRoutes } from './routes/accounts.ts'
import { alertRuleRoutes } from './routes/alert-rules.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { auditLogRoutes } from './routes/audit-log.ts'
import { codecRoutes } from './routes/codecs.ts'
import { countRoutes } from './routes/counts.ts'
import { deviceCareRoutes } from './routes/device-care.ts'
import { deviceRoutes } from './routes/devices.ts'
import { driverRoutes } from './routes/driver.ts'
import { forecastRoutes } from './routes/forecasts.ts'
import { healthRoutes, statusRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { layoutRoutes } from './routes/layout.ts'
import { ledgerRoutes, lossRoutes } from './routes/ledger.ts'
import { liveRoutes } from './routes/live.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { overrideRoutes } from './routes/overrides.ts'
import { pageRoutes } from './routes/pages.ts'
import { placeRoutes } from './routes/places.ts'
import { publicAccessRoutes } from './routes/public-access.ts'
import { referenceRoutes } from './routes/reference.ts'
import { reportScheduleRoutes } from './routes/report-schedules.ts'
import { reportRoutes } from './routes/reports.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { signRoutes } from './routes/signs.ts'
import { sourceRoutes } from './routes/sources.ts'
import { stayRoutes } from './routes/stays.ts'
import { waitRoutes } from './routes/waits.ts'

export const routes = {
  ...driverRoutes,
  ...pageRoutes,
  ...signInRoutes,
  ...liveRoutes,
  ...placeRoutes,
  ...stayRoutes,
  ...reportRoutes,
  ...codecRoutes,
  ...reportScheduleRoutes,
  ...historyRoutes,
  ...forecastRoutes,
  ...deviceRoutes,
  ...deviceCareRoutes,
  ...ledgerRoutes,
  ...lossRoutes,
  ...sourceRoutes,
  ...auditRoutes,
  ...layoutRoutes,
  ...overrideRoutes,
  ...countRoutes,
  ...notificationRoutes,
  ...waitRoutes,
  ...alertRoutes,
  ...alertRuleRoutes,
  ...signRoutes,
  ...accountRoutes,
  ...publicAccessRoutes,
  ...auditLogRoutes,
  ...healthRoutes,
  ...statusRoutes,
  ...referenceRoutes,
}
export type Routes = typeof routes
