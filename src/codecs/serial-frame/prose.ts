/**
 * Presence in a sentence: whole words, negation first. "occupied" is not found in "unoccupied", "no car detected" is a free bay, and a sentence that can be
 * read both ways, or that denies nothing, is neither: it waits as a dead letter.
 */

const listOf = (text: string): ReadonlySet<string> => new Set(text.split(' '))
/** Words about the bay. */
const taken = listOf('occupied busy taken full parked besetzt belegt voll ocupado occupé')
const free = listOf('free vacant empty available unoccupied clear left departed gone frei leer libre')
/** Words about a vehicle: weaker, because "car left" has one of each. */
const seen = listOf('car vehicle present detected arrived auto fahrzeug erkannt')
const negations = listOf('no not non never without none isn’t isnt nicht kein keine keinen')
/** A negation reaches so many words ahead; a word for a free bay only as the next one: in "no car, free" it has denied the car. */
const reach = 3
const charsMax = 1_024

/** Undefined: no such word, or words that contradict each other. */
export function presenceInProse(text: string): boolean | undefined {
  if (text.length > charsMax) return undefined
  const words =
    text
      .toLowerCase()
      .replaceAll("isn't", 'not')
      .match(/[\p{L}’]+/gu) ?? []
  const strong = new Set<boolean>()
  const weak = new Set<boolean>()
  /** Words that the negation still reaches. */
  let left = 0
  let open = false
  for (const word of words) {
    if (negations.has(word)) {
      // Two denials that follow each other are not understood.
      if (open) return undefined
      left = reach
      open = true
      continue
    }
    const means = taken.has(word) || seen.has(word) ? true : free.has(word) ? false : undefined
    if (means !== undefined) {
      const denied = means ? left > 0 : left === reach
      const into = seen.has(word) ? weak : strong
      into.add(denied ? !means : means)
      if (denied) open = false
    }
    if (left > 0) left--
  }
  if (open) return undefined
  const decisive = strong.size > 0 ? strong : weak
  return decisive.size === 1 ? [...decisive][0] : undefined
}
