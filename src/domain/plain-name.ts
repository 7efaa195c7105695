/** Letters and digits only, in lower case: how names of vendors and models and the keys of decoded objects are compared. */
export const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')
