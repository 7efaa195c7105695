/** Reason codes of MQTT 5 (OASIS Standard, 2.4) that the built-in broker sends. */
export const reasons = {
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  notSupportedVersion: 0x84,
  invalidClientId: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  unavailable: 0x88,
  busy: 0x89,
  shuttingDown: 0x8b,
  badAuthMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  takenOver: 0x8e,
  invalidTopic: 0x90,
  tooManyOnTheirWay: 0x93,
  aliasInvalid: 0x94,
  tooLarge: 0x95,
  noSharedSubscriptions: 0x9e,
  noSubscriptionIds: 0xa1,
} as const
export type Reason = (typeof reasons)[keyof typeof reasons]

/** A packet that cannot be taken: the reason for the client, and a sentence for the log. */
export class Version5Fault extends Error {
  readonly reason: Reason
  /** Messages that are refused with it. */
  readonly frames: 0 | 1
  constructor(reason: Reason, message: string, frames: 0 | 1 = 0) {
    super(message)
    this.reason = reason
    this.frames = frames
  }
}
