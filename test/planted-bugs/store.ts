import type { PlantedBug } from './planted-bug.ts'

export const storeBugs: readonly PlantedBug[] = []
