/**
 * Builds the public page apart from the desk, into the same folder and manifest: a chunk that both share would bring a driver what only the desk
 * uses, the lists of the whole vocabulary among them. Measured: 15.1 KiB compressed shared, 13.5 apart.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type Plugin, type ResolvedConfig, type UserConfig } from 'vite'

interface Chunk {
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}
type Manifest = Readonly<Record<string, Chunk>>

const publicManifest = '.vite/public.json'

/** `shared`: what both builds have in common. */
export function publicBuild(entry: string, shared: UserConfig): Plugin {
  let config: ResolvedConfig
  return {
    name: 'public-build',
    apply: 'build',
    configResolved: (resolved) => {
      config = resolved
    },
    async closeBundle() {
      const { outDir } = config.build
      const own = { outDir, emptyOutDir: false, manifest: publicManifest, rolldownOptions: { input: entry } }
      await build({
        ...shared,
        ...{ configFile: false, root: config.root, logLevel: config.logLevel ?? 'info' },
        build: { ...shared.build, ...own },
        plugins: [plainImports],
      })
      await merge(path.resolve(config.root, outDir), entry)
    },
  }
}

/** The one chunk that the page loads later has no styles and imports nothing but what is there: nothing is to be preloaded for it. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  transform: (_code, id) =>
    id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : undefined,
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(wrapped, 'import($3)')
  },
}

/** `f(async () => { let { a: b } = await import(file); return { a: b } }, …)`, as it is minified. */
const wrapped = /[\w$]+\(async\(\)=>\{let\{(\w+):([\w$]+)\}=await import\((`[^`]+`)\);return\{\1:\2\}\},[^)]*\)/g

/** Both builds name a chunk by its source, so those of the public page get names of their own; its entry keeps its name. */
async function merge(dir: string, entry: string): Promise<void> {
  const read = async (name: string) => JSON.parse(await readFile(path.join(dir, name), 'utf8')) as Manifest
  const [desk, ofPublic] = [await read('.vite/manifest.json'), await read(publicManifest)]
  const renamed = (name: string) => (name === entry ? name : `public:${name}`)
  const chunks = Object.entries(ofPublic).map(([name, chunk]) => {
    const imports = { imports: chunk.imports?.map(renamed), dynamicImports: chunk.dynamicImports?.map(renamed) }
    return [renamed(name), { ...chunk, ...imports }] as const
  })
  await writeFile(
    path.join(dir, '.vite/manifest.json'),
    JSON.stringify({ ...desk, ...Object.fromEntries(chunks) }, null, 2),
  )
}
