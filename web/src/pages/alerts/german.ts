/** All German texts of the alert pages, for one fetch. */
export { ruleTextsDe } from '@baykeeper/contract/rule-texts-de.ts'
export { alertsDe } from './de.ts'
