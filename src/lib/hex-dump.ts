/** Bytes as people read them: `00000010  7d 0a ...  |}.|`, 16 a line, as `hexdump -C` prints them. */
const lineBytes = 16

export function hexDump(bytes: Uint8Array, bytesMax = 65_536): string[] {
  const lines: string[] = []
  const shown = bytes.subarray(0, bytesMax)
  for (let at = 0; at < shown.length; at += lineBytes) {
    const line = [...shown.subarray(at, at + lineBytes)]
    const hex = (part: readonly number[]) => part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    const halves = `${hex(line.slice(0, 8))}  ${hex(line.slice(8))}`
    lines.push(`${at.toString(16).padStart(8, '0')}  ${halves.padEnd(48)}  |${text}|`)
  }
  return lines
}
