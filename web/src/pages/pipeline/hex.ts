/** Bytes as people read them: eight a line, in hexadecimal and as text. Pure. */

const perLine = 8

export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

/** `0008  63 75 70 69 65 64 22 3a  cupied":`; what is no printable ASCII is a dot. */
export function hexLines(bytes: Uint8Array): readonly string[] {
  const digits = Math.max(4, Math.max(0, bytes.length - 1).toString(16).length)
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, i) => {
    const line = bytes.subarray(i * perLine, (i + 1) * perLine)
    const text = Array.from(line, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')
    const offset = (i * perLine).toString(16).padStart(digits, '0')
    return `${offset}  ${hexOf(line).padEnd(perLine * 3 - 1)}  ${text}`
  })
}
