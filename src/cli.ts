/**
 * The command line: `loa <noun> <verb>`. Results go to standard output (`--json`: one line of JSON,
 * the last), sentences to standard error, the exit code says how it ended (see `cli/shell.ts`).
 */
import { Command, CommanderError } from 'commander'
import { deviceCommands } from './cli/devices.ts'
import { evidenceCommands } from './cli/evidence.ts'
import { peopleCommands } from './cli/people.ts'
import { processCommands } from './cli/processes.ts'
import { scheduleCommands } from './cli/schedule.ts'
import { scriptCommands } from './cli/scripts.ts'
import { exitCodes, refuse } from './cli/shell.ts'
import { unitCommands } from './cli/units.ts'
import { inBothLanguages } from './cli/usage.ts'

const program = new Command('loa')
  .description(
    'Loa Làng: bản tin đã duyệt được nghe ở mọi xã, mỗi tháng, có bằng chứng.\nAn approved script is heard in every commune, every month, provably.',
  )
  .addHelpText(
    'after',
    '\nMã thoát · exit codes: 0 xong · done; 1 lỗi chương trình · bug; 2 sai tham số hoặc dữ liệu · invalid; 3 thiếu thứ cần có · unavailable; 4 không tìm thấy · not found; 5 xung đột · conflict; 6 không được phép · forbidden',
  )

for (const register of [
  unitCommands,
  peopleCommands,
  scriptCommands,
  scheduleCommands,
  evidenceCommands,
  deviceCommands,
  processCommands,
]) {
  register(program)
}
inBothLanguages(program)

// Whoever reads our output may stop reading (`loa airings | head`): that ends us quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const json = process.argv.includes('--json')
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) process.exitCode = refuse(error, json)
  // Help that was asked for is no error; help instead of a command that was left out is one.
  else if (error.exitCode !== 0) process.exitCode = exitCodes.invalid
}
