/** `node tools/add-server.ts mysql mariadb-11`: sets up these database servers for tests, as root on Debian. */
import { serverFolder, serverRecipes, type UnpackedKind } from '../src/store/testing/server-programs.ts'
import { unpackServer } from './unpack-server.ts'

const known = Object.keys(serverRecipes)
const names = process.argv.slice(2)
const unknown = names.filter((name) => !known.includes(name))
if (names.length === 0 || unknown.length > 0) {
  console.error(`name one or more of: ${known.join(', ')}`)
  process.exit(2)
}
for (const kind of names as UnpackedKind[]) {
  const why = await unpackServer(kind)
  console.log(why === undefined ? `${serverRecipes[kind].title} is in ${serverFolder(kind)}` : `${kind}: ${why}`)
  if (why !== undefined) process.exitCode = 1
}
