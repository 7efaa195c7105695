/** Without the ASCII blanks that transports and tables leave around a text. Every other character is part of it. */
export function trimBlanks(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const isBlank = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d)
