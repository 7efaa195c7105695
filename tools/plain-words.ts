/**
 * Plain words: which words comments, strings and documents do not use, and what to write instead.
 *
 * Code is not checked, only the text in it. Neither is what stands in backticks: it is code. Rooms that still have findings are listed with
 * their number in `plain-words-left.json`. A number may only shrink: more findings are an error, fewer ask to lower it
 * (`node tools/plain-words.ts --lower`). A room that is not listed has none.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Finding } from './import-law.ts'
import { trackedFiles } from './tracked-files.ts'

interface BannedWords {
  readonly pattern: string
  readonly instead: string
}

/** Patterns are matched at word boundaries, in any case. */
const banned: readonly BannedWords[] = [
  { pattern: 'told|tells|telling|retold|untold', instead: 'reported, notified, passed, shown' },
  { pattern: 'said|says|saying', instead: 'reports, states, shows, returns, means' },
  { pattern: 'nobody|no one', instead: 'no process, no client, not; or the passive voice' },
  { pattern: 'whoever|whomever|whosoever', instead: 'any, every, the process that' },
  { pattern: 'anew', instead: 'again, from the start' },
  { pattern: '(?:by|of) (?:itself|themselves)', instead: 'automatically, without a request, alone' },
  { pattern: 'thereby|whereby|thereof|herein|hereby|therein|thereupon', instead: 'a new sentence' },
  {
    pattern: 'lest|whence|hence|hither|thither|nought|naught|aught|forthwith',
    instead: 'so that, from, therefore, at once',
  },
  { pattern: '(?:is|was|are|were) (?:\\w+ )?so by', instead: 'the thing itself' },
  { pattern: 'what is so', instead: 'the fact itself' },
  {
    pattern: '(?:last word|its word|keeps? (?:its|their) word|no word of|word is true)',
    instead: 'last message, promise, status',
  },
  { pattern: '(?:heard|hears?|hearing) of', instead: 'known, reported, received' },
  { pattern: 'giv(?:e|es|ing) way', instead: 'lower the priority, yield' },
  { pattern: '(?:is|are|was|were) no (?:\\w+ )?of (?:ours|theirs|today)', instead: 'is not valid, is not current' },
  {
    pattern: 'turned away|lived through|of ours|(?:the|a) whole house',
    instead: 'rejected, passed, our, the whole server',
  },
  {
    pattern: 'befall|befell|betimes|amiss|perchance|mayhap|albeit|oftener|afresh|whilst|amongst|nigh|erstwhile',
    instead: 'a current word',
  },
]

const pattern = new RegExp(
  `(?<![\\p{L}\\d_-])(?:${banned.map(({ pattern }) => `(${pattern})`).join('|')})(?![\\p{L}\\d_-])`,
  'giu',
)

/** The list of banned words holds them, and so do its tests. */
const exempt = /^tools\/plain-words/
const code = /\.tsx?$/
const python = /\.py$/
const document = /\.md$/

/** Comments and strings of TypeScript; a string may hold escaped quotes, a template may run over lines. */
const textOfCode = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
const textOfPython = /#[^\n]*|"""[\s\S]*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g
/** Code within text: in backticks, a fenced block of a document, what a template fills in, the parts of a path or an address. */
const codeOfDocument = /^```[\s\S]*?^```|`[^`\n]*`|\]\([^)\s]*\)/gm
const codeOfText = /`[^`\n]*`|\$\{[^{}]*\}|\w+(?:[./]\w+)+/g

/** Code that a planted bug replaces, and its replacement. */
const plantedBugs = /^test\/planted-bugs\//
const codeOfBugs = /^ +(?:from|to):\s*(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)/gm

const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ')

/** The text of a file for its readers; everything else is blanks, so that positions stay. */
function readable(file: string, text: string): string {
  if (document.test(file)) return text.replaceAll(codeOfDocument, blank)
  if (!code.test(file) && !python.test(file)) return ''
  if (plantedBugs.test(file)) text = text.replaceAll(codeOfBugs, blank)
  let end = 0
  let result = ''
  for (const { 0: part, index } of text.matchAll(code.test(file) ? textOfCode : textOfPython)) {
    // The outer backticks of a template are its quotes.
    const inner = part.startsWith('`') ? ` ${part.slice(1, -1)} ` : part
    result += blank(text.slice(end, index)) + inner.replaceAll(codeOfText, blank)
    end = index + part.length
  }
  return result
}

/** Banned words in one file. */
export function bannedIn(file: string, text: string): Finding[] {
  // Most files have none of the words anywhere: they need no closer look.
  if (exempt.test(file) || text.search(pattern) < 0) return []
  const shown = readable(file, text)
  return [...shown.matchAll(pattern)].map((match) => {
    const group = match.slice(1).findIndex((found) => found !== undefined)
    return {
      file,
      line: shown.slice(0, match.index).split('\n').length,
      text: `"${match[0]}" is not plain English; write: ${(banned[group] as BannedWords).instead}`,
    }
  })
}

/** Folder that a number is for: a room of `src/`, or a folder of the root; documents of the root are one. */
export function wordRoom(file: string): string {
  const [top, second, ...below] = file.split('/') as [string, ...string[]]
  if (second === undefined) return 'root'
  return top === 'src' && below.length > 0 ? `src/${second}` : top
}

type Left = Readonly<Record<string, number>>

/** Findings where a room has more than its number; and rooms that have fewer. */
export function judgeWords(findings: readonly Finding[], left: Left): { findings: Finding[]; lower: string[] } {
  const byRoom = Map.groupBy(findings, ({ file }) => wordRoom(file))
  const rooms = new Set([...Object.keys(left), ...byRoom.keys()])
  const over: Finding[] = []
  const lower: string[] = []
  for (const room of rooms) {
    const found = byRoom.get(room) ?? []
    const allowed = left[room] ?? 0
    if (found.length > allowed) {
      // Which of them the change added is not known: where some are allowed, they are listed by the command.
      if (allowed === 0) over.push(...found)
      const todo = `rewrite what the change added (node tools/plain-words.ts ${room})`
      over.push({
        file: leftFile,
        line: 1,
        text: `${room} has ${found.length} banned words, ${allowed} are allowed: ${todo}`,
      })
    }
    if (found.length < allowed) lower.push(`${room} has ${found.length} banned words, not ${allowed}`)
  }
  return { findings: over, lower }
}

const leftFile = 'tools/plain-words-left.json'

export const readLeft = (root: string): Left => JSON.parse(readFileSync(path.join(root, leftFile), 'utf8')) as Left

/** Banned words in these files of `root`. */
export const wordsIn = (root: string, files: readonly string[]): Finding[] =>
  files
    .filter((file) => code.test(file) || python.test(file) || document.test(file))
    .flatMap((file) => bannedIn(file, readFileSync(path.join(root, file), 'utf8')))

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..')
  const found = wordsIn(root, trackedFiles(root))
  const rooms = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
  for (const { file, line, text } of found)
    if (rooms.length === 0 || rooms.includes(wordRoom(file))) console.log(`${file}:${line}: ${text}`)
  const counts = Map.groupBy(found, ({ file }) => wordRoom(file))
  const left = readLeft(root)
  for (const [room, { length }] of [...counts].sort()) console.log(`${room}: ${length}, allowed ${left[room] ?? 0}`)
  if (process.argv.includes('--lower')) {
    const lowered = Object.entries(left)
      .map(([room, n]) => [room, Math.min(n, counts.get(room)?.length ?? 0)] as const)
      .filter(([, n]) => n > 0)
    writeFileSync(path.join(root, leftFile), `${JSON.stringify(Object.fromEntries(lowered), null, 2)}\n`)
  }
}
