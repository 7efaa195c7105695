/** A writer for every envelope of `registry.ts`, which writers.test.ts checks. */
import { awsIotCoreWriter } from './aws-iot-core/write.ts'
import { chirpStackWriter } from './chirpstack/write.ts'
import { heliumWriter } from './helium/write.ts'
import { loriotWriter } from './loriot/write.ts'
import { sigfoxWriter } from './sigfox/write.ts'
import { theThingsStackWriter } from './the-things-stack/write.ts'
import { thingParkWriter } from './thingpark/write.ts'
import { wanesyWriter } from './wanesy/write.ts'
import type { EnvelopeWriter } from './writer.ts'

export const envelopeWriters: readonly EnvelopeWriter[] = [
  theThingsStackWriter,
  chirpStackWriter,
  thingParkWriter,
  loriotWriter,
  awsIotCoreWriter,
  heliumWriter,
  sigfoxWriter,
  wanesyWriter,
]
