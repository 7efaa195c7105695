/** Every codec by the name a source gives it. A new one is a folder and a line here. */
import type { Codec } from './codec.ts'
import { genericCodec } from './generic/decode.ts'
import { lorawanCodec } from './lorawan/decode.ts'
import { mappedTopicCodec } from './mapped-topic/decode.ts'
import { pulledFeedCodec } from './pulled-feed/decode.ts'
import { serialFrameCodec } from './serial-frame/decode.ts'
import { unmatchedTopicCodec } from './unmatched-topic/decode.ts'

const codecs: readonly Codec[] = [
  genericCodec,
  lorawanCodec,
  serialFrameCodec,
  pulledFeedCodec,
  mappedTopicCodec,
  unmatchedTopicCodec,
]
const byName = new Map(codecs.map((codec) => [codec.name, codec]))

export const codecNames: readonly string[] = [...byName.keys()]
export const codecOf = (name: string): Codec | undefined => byName.get(name)
