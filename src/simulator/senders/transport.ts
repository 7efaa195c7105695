/** Names of the ways to send, as the command line takes them. Apart from the senders, whose clients are slow to load. */
export const transports = ['http', 'mqtt', 'tcp', 'serial'] as const
export type Transport = (typeof transports)[number]
