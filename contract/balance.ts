/**
 * The message balance, declared once: everything received is one of `receivedTerms`, everything accepted one of `acceptedTerms`.
 * Server, command line and pages derive the equation from it. No imports: the pages load this file.
 */
export const receivedTerms = ['accepted', 'refused', 'unframeable'] as const
export const acceptedTerms = ['committed', 'duplicate', 'quarantined', 'tentative', 'damaged', 'pending'] as const

/** A sum of what senders choose stops here, 2^53 - 1, and stays: it then means "at least". */
export const sumMax = Number.MAX_SAFE_INTEGER
