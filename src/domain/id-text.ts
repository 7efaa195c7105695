/**
 * What may stand in an id: characters that people can see, and blanks within. Two ids that look the same must be the same, and an id must
 * not change how the text around it is shown: controls, bidirectional controls, zero-width and other invisible characters are refused.
 * The layout's schema holds the same rule (contract/layout.ts).
 */
export const idLengthMax = 128

/** Controls, format characters, line and paragraph separators, half characters, and what a font shows as nothing. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u

/** Why the text cannot be an id, as the end of a sentence; `undefined` when it can. */
export function idFault(text: string): string | undefined {
  if (text.length === 0) return 'it is empty'
  if (text.length > idLengthMax) return `it has ${text.length} characters, more than ${idLengthMax}`
  const found = isPlain(text) ? undefined : invisible.exec(text)?.[0]
  if (found !== undefined) return `it contains the invisible character ${codePoint(found)}`
  return text === text.trim() ? undefined : 'it begins or ends with a blank'
}

/** Nearly every id: no need for the expression. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** `U+202E`. */
const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`
