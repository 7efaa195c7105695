import type { PlantedBug } from './planted-bug.ts'

export const sourceBugs: readonly PlantedBug[] = []
