/**
 * The command line: `loa <noun> <verb>`. Results go to standard output (`--json`: one line of JSON,
 * the last), sentences to standard error, the exit code says how it ended (see `cli/shell.ts`).
 */
import { runCommand } from './cli/run.ts'

// Whoever reads our output may stop reading (`loa airings | head`): that ends us quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCommand(process.argv.slice(2))
