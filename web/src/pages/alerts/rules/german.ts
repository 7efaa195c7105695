/** All German texts of the rule pages, for one fetch. */
export { rulesDe } from './de.ts'
export { dryNoteInGerman } from './dry-notes-de.ts'
