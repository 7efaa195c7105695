/** The pages about people, keys and what they did: one file to fetch, because they share most of what they are made of. */
export { load as account } from './account-page.tsx'
export { load as auditLog } from './audit-page.tsx'
export { load as accessKeys } from './keys-page.tsx'
export { load as users } from './users-page.tsx'
