/** People, keys and what they did; settings, sources and the first steps: one file to fetch, because they share most of what they are made of. */

export { load as settings } from '../setup/settings-page.tsx'
export { load as sources } from '../setup/sources-page.tsx'
export { load as welcome } from '../setup/welcome-page.tsx'
export { load as account } from './account-page.tsx'
export { load as auditLog } from './audit-page.tsx'
export { load as accessKeys } from './keys-page.tsx'
export { load as users } from './users-page.tsx'
