// Speaks Piper's protocol and really makes sound, with espeak-ng: one JSON line in, a WAV file out, its name as a
// line. Like Piper it prints the name before the file is closed. Three words make it misbehave as programmes do.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const args = process.argv.slice(2)
const valueOf = (name) => args[args.indexOf(name) + 1]
if (args.includes('--version')) {
  process.stdout.write('1.2.0\n')
  process.exit(0)
}
const model = valueOf('--model')
if (!args.includes('--json-input') || !existsSync(model) || !existsSync(`${model}.json`)) process.exit(2)
// Whoever tests looks here for how often the model was loaded, and by which process.
appendFileSync(`${model}.loads`, `${process.pid}\n`)

const speed = String(Math.round(150 / Number(valueOf('--length_scale'))))

for await (const line of createInterface({ input: process.stdin })) {
  const { text, output_file: file } = JSON.parse(line)
  if (text.includes('treo')) await new Promise((resolve) => setTimeout(resolve, 60_000))
  if (
    text.includes('ngã') ||
    (text.includes('vấp') && readFileSync(`${model}.loads`, 'utf8').split('\n').length === 2)
  ) {
    process.stderr.write('out of memory\n')
    process.exit(9)
  }
  const amplitude = text.includes('câm') ? '0' : '60'
  const options = ['-v', 'vi', '-s', speed, '-a', amplitude, '--stdin', '-w', `${file}.whole`]
  spawnSync('espeak-ng', options, { input: text })
  const wav = readFileSync(`${file}.whole`)
  writeFileSync(file, wav.subarray(0, wav.length / 2))
  process.stdout.write(`${file}\n`)
  await new Promise((resolve) => setTimeout(resolve, 3))
  writeFileSync(file, wav)
}
