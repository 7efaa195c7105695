/** Settings, sources and the first steps: one file to fetch, because they share most of what they are made of. */
export { load as settings } from './settings-page.tsx'
export { load as sources } from './sources-page.tsx'
export { load as welcome } from './welcome-page.tsx'
