/**
 * Tidy: conventions that no formatter checks. Import law, file names, sizes of functions, tests with `only`, closed lists that are typed out again, traces of a
 * machine, plain words. Each finding has a place, the problem, and what to do.
 */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { checkSizes, functionSizes, isMeasured } from './function-sizes.ts'
import { checkImports, type Finding, readImportTable } from './import-law.ts'
import { lineAt } from './imports.ts'
import { sizeLimits } from './long-functions.ts'
import { judgeWords, readLeft, wordsIn } from './plain-words.ts'
import { trackedFiles } from './tracked-files.ts'
import { typedAgain } from './typed-again.ts'

/** Everything against the rules in these files of `root`. */
export function tidy(root: string, files: readonly string[]): Finding[] {
  const table = readImportTable(readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8'))
  const traces = tracesOf(root)
  return files.flatMap((file) => {
    const findings = checkName(file)
    if (binary.test(file)) return findings
    const text = readFileSync(path.join(root, file), 'utf8')
    findings.push(...patterns(file, text, traces))
    if (/\.tsx?$/.test(file))
      findings.push(...checkImports(table, file, text), ...typedAgain(file, text), ...patterns(file, text, codeRules))
    if (/\.tsx?$/.test(file) && !silentAllowed.test(file)) findings.push(...checkSilence(file, text))
    return findings
  })
}

const binary = /\.(?:png|jpe?g|ico|woff2|gz|bin|dat)$/

const namedFolders = ['src', 'contract', 'web', 'test', 'tools', 'bench', 'forecaster']
const kebabCase = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/
/** Python imports a module by its file's name, so that it cannot hold a hyphen. */
const pythonModule = /^[a-z0-9]+(?:_[a-z0-9]+)*\.py$/
/** Words that say where something was put, not what it is. */
const emptyWords = /(?:^|-)(?:utils?|helpers?|common|manager|service)$/

function checkName(file: string): Finding[] {
  const names = file.split('/')
  if (!namedFolders.includes(names[0] as string)) return []
  return names.flatMap((name) => {
    const stem = name.split('.')[0] as string
    if (!kebabCase.test(name) && !pythonModule.test(name))
      return [{ file, line: 1, text: `"${name}" is not kebab-case; rename it` }]
    const word = emptyWords.exec(stem)
    return word ? [{ file, line: 1, text: `"${name}" is an empty name; name it for the noun inside` }] : []
  })
}

interface TextRule {
  readonly files: RegExp
  readonly pattern: RegExp
  readonly text: string
}

const codeRules: readonly TextRule[] = [
  {
    files: /./,
    pattern: /\b(?:test|it|describe|suite)\.only\(|\bonly: true\b/g,
    text: 'runs only one test and hides the others; take the "only" away',
  },
  {
    files: /(?<!\.slow)\.test\.ts$/,
    pattern: /^(?:before|after)Each\(/gm,
    text: 'holds for every test of the process, in which other files run too; put it into a describe',
  },
  {
    files: /^src\//,
    pattern: /^export default\b|^export \{[^}]*\bas default\b/gm,
    text: 'is a default export; export it by name',
  },
]

/** Tests, and bugs that are planted. */
const silentAllowed = /\.test\.tsx?$|^test\/planted-bugs\//
const swallows = /catch\(\(\) => \{\}\)/

/** A rejection that is dropped has a comment that explains why nothing is lost: on its line, or above its statement. */
function checkSilence(file: string, text: string): Finding[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    if (!swallows.test(line) || /\{\}\).*\/\//.test(line)) return []
    let first = at
    while (first > 0 && /^\s*\./.test(lines[first] as string)) first--
    const above = lines[first - 1]?.trim() ?? ''
    if (above.startsWith('//') || above.endsWith('*/')) return []
    const why = 'drops a rejection; say in a comment above why nothing is lost by that, or handle it'
    return [{ file, line: at + 1, text: `"${line.trim()}" ${why}` }]
  })
}

/** Where checkouts and home directories commonly are: no trace of one person's machine. */
const commonPlaces = [
  '/',
  '/app',
  '/data',
  '/home',
  '/opt',
  '/root',
  '/srv',
  '/tmp',
  '/usr',
  '/var',
  '/var/lib',
  '/usr/src',
]

/** Rules against paths of this machine and hosts of package registries. */
function tracesOf(root: string): TextRule[] {
  const places = [root, path.dirname(root), os.homedir()].filter((place) => !commonPlaces.includes(place))
  const registry = process.env['npm_config_registry']
  const hosts = ['registry.npmjs' + '.org', ...(registry ? [new URL(registry).host] : [])]
  return [
    {
      files: /./,
      pattern: new RegExp(
        `(?<![\\w.~-])(?:${places.map(escaped).join('|') || '(?!)'})(?![\\w.-])|/(?:home|Users)/[a-z]\\w*/`,
        'g',
      ),
      text: 'is a path of one machine; make it relative to the repository, or a placeholder',
    },
    {
      files: /./,
      pattern: new RegExp(hosts.map(escaped).join('|'), 'g'),
      text: 'is the host of a package registry; which one is used is a setting of each machine (lock file: npm config set omit-lockfile-registry-resolved true)',
    },
    {
      files: /(?:^|\/)package-lock\.json$/,
      pattern: /"resolved": "https?:/g,
      text: 'pins a registry; install with omit-lockfile-registry-resolved',
    },
  ]
}

function patterns(file: string, text: string, rules: readonly TextRule[]): Finding[] {
  return rules
    .filter(({ files }) => files.test(file))
    .flatMap((rule) =>
      [...text.matchAll(rule.pattern)].map((match) => ({
        file,
        line: lineAt(text, match.index),
        text: `"${match[0]}" ${rule.text}`,
      })),
    )
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..')
  const files = trackedFiles(root)
  const words = judgeWords(wordsIn(root, files), readLeft(root))
  const sizes = functionSizes(root, files.filter(isMeasured))
  const tooLong = checkSizes(sizes, sizeLimits, 'tools/long-functions.ts')
  const findings = [...tidy(root, files), ...words.findings, ...tooLong]
  for (const { file, line, text } of findings) console.log(`${file}:${line}: ${text}`)
  for (const text of words.lower) console.log(`tidy: ${text}; lower the number: node tools/plain-words.ts --lower`)
  console.log(
    `tidy: functions: ${sizes.length} over 60 lines, ${sizeLimits.long.length} of them on the list of those over 100`,
  )
  console.log(`tidy: ${files.length} files, ${findings.length} findings`)
  process.exitCode = findings.length > 0 ? 1 : 0
}
