/** One process that runs one command of `loa` after the other, as `command-line.ts` asks. */
import { runCommand } from '../../src/cli/run.ts'
import { type Answered, type Asked, endMark } from './command-line.ts'

const environment = { ...process.env }

process.on('message', ({ args, env }: Asked) => {
  process.env = { ...environment, ...env }
  void runCommand(args).then((code) => {
    process.stdout.write(endMark)
    process.stderr.write(endMark)
    process.send!({ code } satisfies Answered)
  })
})
