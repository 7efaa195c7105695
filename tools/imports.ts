/** The imports of a file, found in its text: formatted code begins each at the start of a line. */
export interface Import {
  readonly specifier: string
  /** From 1. */
  readonly line: number
}

const statements = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*'([^'\n]+)'/gm
const calls = /\bimport\(\s*'([^'\n]+)'/g

export function importsOf(text: string): Import[] {
  return [statements, calls]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ specifier: match[1] as string, line: lineAt(text, match.index + match[0].lastIndexOf("'")) }))
    .sort((a, b) => a.line - b.line)
}

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length
