/**
 * Messages to topics of the built-in broker that no rule is about. The sender got its acknowledgement, so the message is kept: as a
 * dead letter that names the topic. Decoding its text by guess could file it under a wrong device.
 */
import type { Codec } from '../codec.ts'
import { quoted, reject } from '../rejection.ts'

export const unmatchedTopicCodec: Codec = {
  name: 'unmatched-topic',
  decode: (_frame, { meta }) =>
    reject(
      'unknown-topic',
      `no rule for the topic ${quoted(meta['topic'] ?? '')}; readings are taken from baykeeper/DEVICE/reading, change the topic at the sender`,
    ),
}
