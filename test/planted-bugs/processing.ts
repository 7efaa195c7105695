import type { PlantedBug } from './planted-bug.ts'

export const processingBugs: readonly PlantedBug[] = []
