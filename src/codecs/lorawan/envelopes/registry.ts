/** Every envelope, asked in this order; each knows its own by keys the others do not have. */
import { awsIotCore } from './aws-iot-core/read.ts'
import { chirpStack } from './chirpstack/read.ts'
import type { Envelope } from './envelope.ts'
import { helium } from './helium/read.ts'
import { loriot } from './loriot/read.ts'
import { sigfox } from './sigfox/read.ts'
import { theThingsStack } from './the-things-stack/read.ts'
import { thingPark } from './thingpark/read.ts'
import { wanesy } from './wanesy/read.ts'

export const envelopes: readonly Envelope[] = [
  theThingsStack,
  chirpStack,
  thingPark,
  loriot,
  awsIotCore,
  helium,
  sigfox,
  wanesy,
]
