/** Renders what is wanted in a process of its own: `node render-process.ts <database> <audio folder> <speech folder>`. */
import { renderWanted } from '../../src/audio/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/base/time.ts'
import { closeDatabase, openDatabase } from '../../src/db/index.ts'

const [path = '', audioFolder = '', speechFolder = ''] = process.argv.slice(2)
const database = openDatabase(path)
const onProgress = ({ done }: { done: number }): void => {
  process.stdout.write(`${String(done)}\n`)
}
const result = await renderWanted({
  database,
  audioFolder,
  speechFolder,
  clock: systemClock,
  log: silentLog,
  onProgress,
})
process.stdout.write(`${JSON.stringify(result)}\n`)
await closeDatabase(database)
