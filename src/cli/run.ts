/** One command from its words to its exit code: what `loa` is, but for the process around it. */
import { Command, CommanderError } from 'commander'
import { audioCommands } from './audio.ts'
import { deviceCommands } from './devices.ts'
import { evidenceCommands } from './evidence.ts'
import { factCommands } from './facts.ts'
import { listenCommands } from './listen.ts'
import { approvalCommands } from './approval.ts'
import { keyCommands } from './keys.ts'
import { peopleCommands } from './people.ts'
import { processCommands } from './processes.ts'
import { scheduleCommands } from './schedule.ts'
import { sayCommand } from './say.ts'
import { scriptCommands } from './scripts.ts'
import { DonePartly, exitCodes, refuse } from './shell.ts'
import { unitCommands } from './units.ts'
import { uploadCommands } from './uploads.ts'
import { inBothLanguages } from './usage.ts'
import { voiceCommands } from './voices.ts'

/**
 * Runs one command: its answer goes to standard output, sentences to standard error. Resolves with the exit code, also
 * when the command is refused or fails; never rejects.
 */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    await commandLine().parseAsync(words, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    if (error instanceof DonePartly) return exitCodes.partly
    if (!(error instanceof CommanderError)) return refuse(error, words.includes('--json'))
    // Help that was asked for is no error; help instead of a command that was left out is one.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.invalid
  }
}

/** All nouns and verbs. Made for each run: it keeps what the last one was given. */
function commandLine(): Command {
  const program = new Command('loa')
    .description(
      'Loa Làng: bản tin đã duyệt được nghe ở mọi xã, mỗi tháng, có bằng chứng.\nAn approved script is heard in every commune, every month, provably.',
    )
    .addHelpText(
      'after',
      '\nMã thoát · exit codes: 0 xong · done; 1 lỗi chương trình · bug; 2 sai tham số hoặc dữ liệu · invalid; 3 thiếu thứ cần có · unavailable; 4 không tìm thấy · not found; 5 xung đột · conflict; 6 không được phép · forbidden; 7 xong một phần · done in part; 130 bị dừng giữa chừng · stopped by hand',
    )

  for (const register of [
    unitCommands,
    peopleCommands,
    keyCommands,
    scriptCommands,
    factCommands,
    approvalCommands,
    audioCommands,
    uploadCommands,
    sayCommand,
    scheduleCommands,
    evidenceCommands,
    listenCommands,
    voiceCommands,
    deviceCommands,
    processCommands,
  ]) {
    register(program)
  }
  inBothLanguages(program)
  return program
}
