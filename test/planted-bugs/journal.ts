import type { PlantedBug } from './planted-bug.ts'

export const journalBugs: readonly PlantedBug[] = []
