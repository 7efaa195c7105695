/** Text in pieces that are worth sending. */
const charsMin = 32_768

export async function* chunked(parts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting: string[] = []
  let chars = 0
  for await (const part of parts) {
    waiting.push(part)
    chars += part.length
    if (chars < charsMin) continue
    yield Buffer.from(waiting.join(''))
    waiting = []
    chars = 0
  }
  if (chars > 0) yield Buffer.from(waiting.join(''))
}
