/** A disk fault as a sentence with a next step; the system gives only a code. */

const fullCodes = ['ENOSPC', 'EDQUOT']

/** The message of the fault; of a full disk, which directory and what to do. `dir`: where the program writes. */
export function plainMessage(fault: unknown, dir: string): string {
  const { code, errcode } = (fault ?? {}) as { code?: string; errcode?: number }
  const isFull = fullCodes.includes(code ?? '') || errcode === 13
  if (isFull) return `the disk that holds ${dir} is full: free some space there, then start again`
  return fault instanceof Error ? fault.message : String(fault)
}
