/**
 * Files the pages load: the built web part, read once at the start and kept compressed beside, and the server's own style sheet.
 * Names with a hash never change, so browsers may keep them for ever.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Log } from '../../lib/log.ts'
import { type Html, html } from './html.ts'

const compress = promisify(gzip)
const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}
/** Smaller ones gain nothing. */
const compressBytesMin = 512

export type PageName = 'desk' | 'public' | 'sign-in' | 'reference'
/** Style sheets that lie beside this file, for some of the pages that the server writes. */
export type StyleName = 'driver' | 'board' | 'kiosk'
const entries: Record<PageName, string> = {
  desk: 'src/shell/main.tsx',
  public: 'src/pages/public/main.tsx',
  'sign-in': 'src/pages/sign-in/main.ts',
  reference: 'src/pages/reference/main.ts',
}

interface Asset {
  readonly type: string
  readonly bytes: Buffer
  readonly zipped: Buffer | undefined
  readonly immutable: boolean
}

export interface Assets {
  /** The web part is built. */
  readonly built: boolean
  /** Elements that load a page's own script and styles, and the style sheet of what the server writes. */
  tags(page?: PageName, more?: StyleName): Html
  /** True when the path is one of the files; then it has been answered. */
  send(path: string, request: FastifyRequest, reply: FastifyReply): boolean
}

const chunkSchema = z.object({
  file: z.string(),
  css: z.array(z.string()).optional(),
  imports: z.array(z.string()).optional(),
})
type Manifest = Readonly<Record<string, z.infer<typeof chunkSchema>>>

export async function loadAssets(distDir: string, log: Log): Promise<Assets> {
  const files = new Map<string, Asset>()
  const cssPath = await addOwn(files, 'page.css')
  const stylePaths: Readonly<Record<StyleName, string>> = {
    driver: await addOwn(files, 'driver/driver.css'),
    board: await addOwn(files, 'driver/board.css'),
    kiosk: await addOwn(files, 'driver/kiosk.css'),
  }
  const iconPath = await addOwn(files, 'icon.svg')
  const manifest = await readManifest(distDir, log)
  if (manifest) for (const [path, asset] of await readDist(distDir)) files.set(path, asset)

  return {
    built: manifest !== undefined,
    tags(page, more) {
      const chunk = page && manifest?.[entries[page]]
      // The desk brings styles of its own; the public page adds to what the server writes.
      const styles = [
        ...(page === 'desk' && chunk ? [] : [cssPath]),
        ...(chunk && manifest ? stylesOf(manifest, entries[page]) : []),
        ...(more === undefined ? [] : [stylePaths[more]]),
      ]
      return html`<link rel="icon" type="image/svg+xml" href="${iconPath}">${styles.map((href) => html`<link rel="stylesheet" href="${href}">`)}${
        chunk ? html`<script type="module" src="/${chunk.file}"></script>` : undefined
      }`
    },
    send(path, request, reply) {
      const asset = files.get(path)
      if (!asset) return false
      const zip = asset.zipped !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
      reply.headers({
        'content-type': asset.type,
        'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
        vary: 'accept-encoding',
        ...(zip ? { 'content-encoding': 'gzip' } : {}),
      })
      reply.send(zip ? asset.zipped : asset.bytes)
      return true
    },
  }
}

/** A file that lies beside this one, under a name that changes with it. */
async function addOwn(files: Map<string, Asset>, name: string): Promise<string> {
  const bytes = await readFile(join(import.meta.dirname, name))
  const extension = extname(name)
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const path = `/${basename(name, extension)}-${digest}${extension}`
  files.set(path, await assetOf(extension, bytes, true))
  return path
}

async function readManifest(distDir: string, log: Log): Promise<Manifest | undefined> {
  const path = join(distDir, '.vite', 'manifest.json')
  if (!existsSync(path)) return undefined
  try {
    return z.record(z.string(), chunkSchema).parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    log.warn('the built web part cannot be used: build it again with npm run build --workspace web', { path, error })
    return undefined
  }
}

/** Style sheets of an entry and of everything it imports, each once. */
function stylesOf(manifest: Manifest, name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return []
  seen.add(name)
  const chunk = manifest[name]
  return [
    ...(chunk?.imports ?? []).flatMap((imported) => stylesOf(manifest, imported, seen)),
    ...(chunk?.css ?? []).map((file) => `/${file}`),
  ]
}

async function readDist(distDir: string): Promise<[string, Asset][]> {
  const found = await readdir(distDir, { recursive: true, withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile() && extname(entry.name) in mediaTypes)
    .map((entry) => relative(distDir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('.'))
  return Promise.all(
    files.map(async (path): Promise<[string, Asset]> => {
      const bytes = await readFile(join(distDir, path))
      return [`/${path}`, await assetOf(extname(path), bytes, path.startsWith('assets/'))]
    }),
  )
}

async function assetOf(extension: string, bytes: Buffer, immutable: boolean): Promise<Asset> {
  const zipped =
    bytes.length < compressBytesMin ? undefined : await compress(bytes, { level: constants.Z_BEST_COMPRESSION })
  return {
    type: mediaTypes[extension] ?? 'application/octet-stream',
    bytes,
    zipped: zipped && zipped.length < bytes.length ? zipped : undefined,
    immutable,
  }
}
