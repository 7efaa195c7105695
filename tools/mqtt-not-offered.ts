/** Tests of the conformance suite that ask for what the built-in broker does not offer by design, with the reason. */
export const notOffered: Readonly<Record<string, string>> = {}
