/**
 * One normal form for hardware ids. An EUI-64 (DevEUI) is printed in many ways: lower case, with colons, hyphens, dots or blanks between
 * pairs or groups of four. The normal form is the one on most labels: 16 upper-case hex digits, no separators.
 * Any other text is a name that someone chose and stays as it is, in the composed form of Unicode (NFC): one keyboard writes é as one
 * character, another as two, and both look the same.
 */
const plain = /^[0-9a-fA-F]{16}$/
const pairs = /^[0-9a-fA-F]{2}([:\-. ])[0-9a-fA-F]{2}(?:\1[0-9a-fA-F]{2}){6}$/
const quads = /^[0-9a-fA-F]{4}([:\-. ])[0-9a-fA-F]{4}(?:\1[0-9a-fA-F]{4}){2}$/

/** Length of an EUI-64 without separators, between groups of four, between pairs. */
const lengths: ReadonlySet<number> = new Set([16, 19, 23])

export function normalHardwareId<T extends string>(text: T): T {
  if (!lengths.has(text.length)) return composed(text)
  if (!plain.test(text) && !pairs.test(text) && !quads.test(text)) return composed(text)
  return text.replace(/[:\-. ]/g, '').toUpperCase() as T
}

/** Nearly every id is ASCII, which has one form. */
function composed<T extends string>(text: T): T {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return text.normalize('NFC') as T
  return text
}
