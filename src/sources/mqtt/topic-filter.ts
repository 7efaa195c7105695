/** MQTT topic filters (3.1.1, section 4.7): `+` is one level, `#` at the end is all below and the level itself. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  // A wildcard at the beginning does not match the server's own topics (4.7.2).
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false
  }
  return wanted.length === levels.length
}

/** Levels of a topic or filter; the router keeps no deeper ones. */
export const topicLevelsMax = 100

/**
 * Why a text is no topic filter: `#` is the whole last level, `+` a whole level, there is at least one character and no NUL, and UTF-8 of it
 * has a length of 16 bits (MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1 to -3). The one check, of the configuration and of what a client asks for.
 */
export function topicFilterFault(text: string): string | undefined {
  if (text === '') return 'a topic filter has at least one character'
  if (text.includes('\0')) return 'a topic filter must not contain a NUL character'
  if (Buffer.byteLength(text) > 65_535) return 'a topic filter has at most 65535 bytes'
  const levels = text.split('/')
  if (levels.some((level, i) => level === '#' && i < levels.length - 1))
    return `"${text}" is not a topic filter: # may only be the last level, as in a/b/#`
  if (levels.some((level) => level.length > 1 && /[#+]/.test(level)))
    return `"${text}" is not a topic filter: + and # stand alone between slashes, as in a/+/b`
  return undefined
}

/** A filter that this broker can keep. */
export const isTopicFilter = (filter: string): boolean =>
  topicFilterFault(filter) === undefined && filter.split('/').length <= topicLevelsMax

/** Whether one of the filters matches; the last topics asked for are remembered, for they come again and again. */
export function createTopicMatch(filters: readonly string[]): (topic: string) => boolean {
  const known = new Map<string, boolean>()
  return (topic) => {
    const before = known.get(topic)
    if (before !== undefined) return before
    const matches = filters.some((filter) => topicMatches(filter, topic))
    if (known.size >= topicsKnownMax) known.clear()
    if (topic.length <= topicKnownCharsMax) known.set(topic, matches)
    return matches
  }
}

const topicsKnownMax = 10_000
const topicKnownCharsMax = 256

/** Codec of messages that a rule of the mapping is about. */
export const mappedCodec = 'mapped-topic'

export const defaultTopics: readonly string[] = ['baykeeper/+/reading']
