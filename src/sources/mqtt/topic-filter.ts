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

/** `#` is the whole last level, `+` a whole level, and there is at least one character (MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1). */
export function isTopicFilter(filter: string): boolean {
  const levels = filter.split('/')
  return (
    filter !== '' &&
    levels.length <= topicLevelsMax &&
    levels.every((level, i) => (level === '#' ? i === levels.length - 1 : level === '+' || !/[+#]/.test(level)))
  )
}

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

export const defaultTopics: readonly string[] = ['baykeeper/+/reading']
