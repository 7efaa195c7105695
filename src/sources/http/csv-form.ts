/**
 * CSV files that can be seen at a glance to be of another form: the answer names what to change, because thousands of dead letters
 * would say the same.
 */

/** One sentence on what to change, or undefined. `firstRow` is the first row that is not blank. */
export function csvFormFault(body: Buffer, firstRow: string): string | undefined {
  if (looksUtf16(body))
    return 'the file looks like UTF-16 without a byte order mark; save it as "CSV UTF-8 (comma delimited)"'
  const separator = /^sep=(.?)/i.exec(firstRow)?.[1]
  if (separator !== undefined)
    return `the first line is "${firstRow.slice(0, 8).trim()}", which only Excel reads; remove it${separator === ',' ? '' : `, and separate the columns by commas`}`
  for (const [character, name] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const)
    if (separatedBy(character, firstRow))
      return `the columns are separated by ${name}; separate them by commas (in Excel: save as "CSV UTF-8 (comma delimited)", or set the list separator of the system to a comma)`
  return undefined
}

const separatedBy = (character: string, row: string) => {
  const bare = row.replaceAll(/"[^"]*"/g, 'x')
  const parts = bare.split(character).length
  // Two parts may be one id; as the first of the names of columns they are two columns.
  return !bare.includes(',') && (parts > 2 || (parts === 2 && /^device\W/.test(bare)))
}

/** Every second byte of ASCII text in UTF-16 is 0. */
function looksUtf16(body: Buffer): boolean {
  const head = body.subarray(0, 64)
  let zeros = 0
  for (const byte of head) if (byte === 0) zeros++
  return head.length >= 4 && zeros * 3 >= head.length
}
