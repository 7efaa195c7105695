/** Probabilities as people count them: chances of twenty, and a word for each range. Pure. */

export const chancesOf = 20
export type ChanceWord = 'veryLikely' | 'likely' | 'uncertain' | 'unlikely' | 'veryUnlikely'

export const chancesIn20 = (p: number): number => Math.round(Math.min(1, Math.max(0, p)) * chancesOf)

export function chanceWord(p: number): ChanceWord {
  const chances = chancesIn20(p)
  if (chances >= 19) return 'veryLikely'
  if (chances >= 15) return 'likely'
  if (chances >= 8) return 'uncertain'
  return chances >= 3 ? 'unlikely' : 'veryUnlikely'
}
