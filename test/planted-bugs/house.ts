import type { PlantedBug } from './planted-bug.ts'

export const houseBugs: readonly PlantedBug[] = []
