/** The pages behind the tabs of the pipeline: one file to fetch, because they share most of what they are made of. */
export { load as deadLetters } from './dead-letters-page.tsx'
export { load as losses } from './losses-page.tsx'
export { load as notifications } from './notifications-page.tsx'
export { load as pipeline } from './pipeline-page.tsx'
