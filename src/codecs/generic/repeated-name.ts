/**
 * A name that a reading has twice: `JSON.parse` takes the last of its values without a word, and which one was meant is not known. Only the names
 * of the reading are looked at, not those within its values. Read by `decode` alone: the quick way leaves such frames to it.
 */

/** `text` is JSON: a reading, or an array of readings; `names`: how many names its readings have, each counted once. */
export function repeatedName(text: string, names: number): string | undefined {
  // A quote and a colon end each name: when there are no more of them than names, there is nothing to look for.
  return (text.match(/"\s*:/g)?.length ?? 0) === names ? undefined : firstRepeated(text)
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

function firstRepeated(text: string): string | undefined {
  let depth = 0
  let readingDepth = 1
  let seen = new Set<string>()
  let mayBeName = false
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      depth++
      if (depth === 1 && found === '[') readingDepth = 2
      if (depth === readingDepth) seen = new Set()
      mayBeName = depth === readingDepth && found === '{'
    } else if (found === '}' || found === ']') depth--
    else if (found === ',') mayBeName = depth === readingDepth
    else if (found !== ':' && mayBeName) {
      mayBeName = false
      const name = JSON.parse(found) as string
      if (seen.has(name)) return name
      seen.add(name)
    }
  }
  return undefined
}
