/**
 * The one entry: reads the command line and runs one command (cli/command-table.ts).
 *
 *   baykeeper start ──▶ supervisor ──▶ intake      sources ▶ journal            (intake.ts)
 *                                  ├─▶ processor   journal ▶ fold ▶ store       (processor.ts)
 *                                  ├─▶ web         store ▶ API, stream, pages   (web.ts)
 *                                  ├─▶ forecasts   store ▶ forecaster ▶ store    (forecasts.ts)
 *                                  └─▶ simulator   only while nothing is real   (demo-city.ts)
 */
import { commandTable } from './cli/command-table.ts'
import { CommandFailed, exitCodes } from './cli/output.ts'
import { ConfigError } from './config/config.ts'
import { keepDirect, loopbackHosts } from './lib/direct-hosts.ts'
import { surviveClosedOutput } from './lib/log-output.ts'
import { ownerOnlyMask } from './processes/private-files.ts'

surviveClosedOutput()
keepDirect(loopbackHosts)
const program = commandTable((action) => async (...args) => {
  process.exitCode = await action(...args)
})

process.umask(ownerOnlyMask)
// The launcher's channel must not keep a finished command.
process.channel?.unref()
try {
  await program.parseAsync()
} catch (fault) {
  const { code, exitCode, message } = fault as { code?: string; exitCode?: number; message: string }
  if (code?.startsWith('commander.')) process.exit(exitCode === 0 ? 0 : exitCodes.usage)
  process.stderr.write(`baykeeper: ${message}\n`)
  process.exit(
    fault instanceof CommandFailed
      ? fault.exitCode
      : fault instanceof ConfigError
        ? exitCodes.config
        : exitCodes.failed,
  )
}
process.exit()
