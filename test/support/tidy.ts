/**
 * The house rules of the source as functions: given files as text, they answer what is out of order, one sentence
 * for each place. `tidy.test.ts` holds them against the checkout, and against small bad samples.
 */
import { posix } from 'node:path'
import ts from 'typescript'

/** A file of the checkout; `path` is relative to its top, with `/`. */
export type Source = { path: string; text: string }

const INDEX = 'index.ts'

/** The nine modules in the order of the data, and what else may be imported by name. */
const WAY = [
  'registry',
  'scripts',
  'audio',
  'approval',
  'schedule',
  'delivery',
  'playback',
  'evidence',
  'reports',
] as const

/** The processes, and `work` with which they begin: above all modules. */
const PROCESSES = ['hub', 'controller', 'fleet', 'cli', 'demo', 'work']

/** Folders without a front door: every file is for whoever may import the folder. */
const OPEN = ['base', 'wire', 'config']

/** Module → what it may import. The processes are above all of these. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  db: ['base'],
  wire: ['base'],
  config: ['base'],
  people: ['base', 'db'],
  registry: ['base', 'db', 'people'],
  scripts: ['base', 'db', 'people', ...before('scripts')],
  audio: ['base', 'db', 'people', ...before('audio')],
  approval: ['base', 'db', 'people', ...before('approval')],
  schedule: ['base', 'db', 'people', ...before('schedule')],
  delivery: ['base', 'db', 'people', 'wire', ...before('delivery')],
  // It ships alone to a device, so nothing of the hub may come along.
  playback: ['base', 'db', 'wire'],
  evidence: ['base', 'db', 'people', 'wire', ...before('evidence')],
  reports: ['base', 'db', 'people', ...before('reports')],
  // `db` for the type of what it hands on; that it makes no query is the rule about Kysely.
  web: ['base', 'db', 'people', ...WAY.filter((module) => module !== 'playback')],
  controller: ['base', 'db', 'wire', 'config', 'playback'],
}

/**
 * What is signed and hashed is the same on both sides of the wire, so those who sign, cut and keep keys know these
 * files of it, and no others: they talk to nobody.
 */
const FORMS = /^src\/wire\/(?:approval|chunks|cose|envelope|merkle|messages|notes|passkey|signatures)\.ts$/
const KNOW_FORMS = ['people', 'audio', 'approval']

/** Everything to the left of a module on the way of the data, except playback. */
function before(module: (typeof WAY)[number]): string[] {
  return WAY.slice(0, WAY.indexOf(module)).filter((name) => name !== 'playback')
}

/** Package → the files that may know it. */
const MAY_KNOW: Readonly<Record<string, { where: RegExp; said: string }>> = {
  kysely: { where: /^src\/(?:[^/]+\/(?:[^/]+\/)?store|db\/.+)\.ts$/, said: 'a store.ts and src/db/' },
  'better-sqlite3': { where: /^src\/db\//, said: 'src/db/' },
  express: { where: /^src\/(?:[^/]+\/routes\.ts$|web\/)/, said: 'a routes.ts and src/web/' },
  mqtt: { where: /^src\/wire\/bus\.ts$/, said: 'src/wire/bus.ts' },
  'fluent-ffmpeg': { where: /^src\/audio\/ffmpeg\.ts$/, said: 'src/audio/ffmpeg.ts' },
  'better-auth': { where: /^src\/people\/auth\/library\.ts$/, said: 'src/people/auth/library.ts' },
  'node-cron': { where: /^src\/base\/job\.ts$/, said: 'src/base/job.ts' },
  pino: { where: /^src\/base\/log\.ts$/, said: 'src/base/log.ts' },
  '@tus/server': { where: /^src\/web\/incoming\.ts$/, said: 'src/web/incoming.ts' },
  '@tus/file-store': { where: /^src\/web\/incoming\.ts$/, said: 'src/web/incoming.ts' },
  '@simplewebauthn/server': { where: /^src\/web\/passkeys\.ts$/, said: 'src/web/passkeys.ts' },
  handlebars: { where: /^src\/(?:scripts|reports|web)\//, said: 'src/scripts/, src/reports/ and src/web/' },
}

const LINES_MAX = 400

/** The top of the repository, and nothing else. */
export const TOP = [
  ...[
    '.ci',
    '.editorconfig',
    '.gitignore',
    'LICENSE',
    'README.md',
    'content',
    'devices',
    'package-lock.json',
  ],
  ...['package.json', 'schema.sql', 'src', 'systemd', 'test', 'tsconfig.json'],
]

/** What must not leak from a writer's own machine into the project, or stay undone in it. */
const NOT_FOR_HERE: readonly { pattern: RegExp; said: string }[] = [
  { pattern: /(?<![\w.~-])\/(?:work|root|Users)\/[\w.]/, said: "a path of somebody's own machine" },
  { pattern: /(?<![\w.~-])\/home\/(?!loa\b)[\w.]/, said: "a path of somebody's own machine" },
  { pattern: /https?:\/\/(?:[\w.-]*\.)?registry\./, said: "a package registry's address" },
  { pattern: /(?<![\w.~-])\/tmp\/[\w.]/, said: 'a folder that is gone tomorrow' },
  { pattern: /\bissues? #?\d+\b/i, said: 'a number that only its tracker knows' },
  { pattern: /\b(?:llm|sub-?agents?)\b/i, said: 'how the work is organized' },
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, said: 'work left undone' },
]

/** Imports that go against the table of modules, or past a front door. */
export function wrongImports(sources: readonly Source[]): string[] {
  return inFiles(sources, /^src\/(?!setup\/).*\.ts$/, (source) => {
    const from = moduleOf(source.path)
    return importsOf(source).flatMap(({ line, what }) => {
      const at = `${source.path}:${line}`
      if (!what.startsWith('.')) return []
      if (!/\.(?:ts|json)$/.test(what)) return [`${at} imports "${what}": the name of the file ends in .ts`]
      const target = posix.join(posix.dirname(source.path), what)
      const to = moduleOf(target)
      if (to === from) return []
      if (KNOW_FORMS.includes(from) && FORMS.test(target)) return []
      if (!mayImport(from, to)) return [`${at} imports ${to}: ${from} may not`]
      const door =
        posix.basename(target) === INDEX || (from === 'web' && posix.basename(target) === 'routes.ts')
      const open = OPEN.includes(to) || PROCESSES.includes(to)
      return door || open ? [] : [`${at} imports "${what}": only ${to}/${INDEX} is for others`]
    })
  })
}

/** The first run has nothing installed yet: Node's own modules and its own files. */
export function wrongSetupImports(sources: readonly Source[]): string[] {
  return inFiles(sources, /^src\/setup\/.*\.mjs$/, (source) =>
    importsOf(source)
      .filter(({ what }) => !/^node:|^\.\/[\w-]+\.mjs$/.test(what))
      .map(
        ({ line, what }) =>
          `${source.path}:${line} imports "${what}": the first run has only Node's own modules`,
      ),
  )
}

/** Files that know a package another file is named after. */
export function wrongPackages(sources: readonly Source[]): string[] {
  return inFiles(sources, /^src\/.*\.(?:ts|mjs)$/, (source) =>
    importsOf(source).flatMap(({ line, what }) => {
      const rule = MAY_KNOW[packageOf(what)]
      if (rule === undefined || rule.where.test(source.path)) return []
      return [`${source.path}:${line} imports ${packageOf(what)}: only ${rule.said} may`]
    }),
  )
}

/** Reading the clock, chance or the environment anywhere but in the one file for it. */
export function wrongReading(sources: readonly Source[]): string[] {
  return inFiles(sources, /^src\/.*\.(?:ts|mjs)$/, (source) =>
    readingsIn(source).flatMap(({ line, what }) => {
      const place = what === 'process.env' ? /^src\/(?:config\.ts$|setup\/)/ : /^src\/base\/(?:time|ids)\.ts$/
      const clock = what !== 'process.env' && what !== 'Math.random()'
      const allowed = clock ? source.path === 'src/base/time.ts' : place.test(source.path)
      return allowed ? [] : [`${source.path}:${line} reads ${what}`]
    }),
  )
}

/** Files that have grown past one reading. */
export function tooLong(sources: readonly Source[]): string[] {
  return inFiles(sources, /^src\/.*\.(?:ts|mjs|js)$/, ({ path, text }) => {
    const lines = text.trimEnd().split('\n').length
    return /\.min\.js$/.test(path) || lines <= LINES_MAX
      ? []
      : [`${path} has ${lines} lines, over ${LINES_MAX}`]
  })
}

/** Words that have no place in the project. */
export function wrongWords(sources: readonly Source[]): string[] {
  return inFiles(sources, /./, ({ path, text }) =>
    text.split('\n').flatMap((words, index) =>
      NOT_FOR_HERE.flatMap(({ pattern, said }) => {
        const found = pattern.exec(words)
        return found === null ? [] : [`${path}:${index + 1} "${found[0]}": ${said}`]
      }),
    ),
  )
}

/** Relative paths that climb out of the repository: what they point at is nobody else's. */
export function wrongClimbs(sources: readonly Source[]): string[] {
  return inFiles(sources, /^(?!test\/)/, ({ path, text }) => {
    const depth = path.split('/').length - 1
    return text
      .split('\n')
      .flatMap((words, index) =>
        [...words.matchAll(/(?:\.\.\/)+/g)]
          .filter(([climb]) => climb.length / 3 > depth)
          .map(([climb]) => `${path}:${index + 1} "${climb}" leaves the repository`),
      )
  })
}

/** The top of the repository against the list; `ignored` is the text of .gitignore. */
export function wrongTop(names: readonly string[], ignored: string): string[] {
  const patterns = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const isIgnored = (name: string): boolean =>
    patterns.some((line) => {
      const bare = line.replace(/^\/|\/$/g, '')
      return bare.startsWith('*') ? name.endsWith(bare.slice(1)) : name === bare
    })
  const here = names.filter((name) => name !== '.git' && !isIgnored(name))
  return [
    ...here.filter((name) => !TOP.includes(name)).map((name) => `${name} does not belong at the top`),
    ...TOP.filter((name) => !here.includes(name)).map((name) => `${name} is missing at the top`),
  ]
}

function inFiles(sources: readonly Source[], paths: RegExp, check: (source: Source) => string[]): string[] {
  return sources.filter(({ path }) => paths.test(path)).flatMap(check)
}

/** The module a file belongs to: its folder, or for a file at the top of src its name. */
function moduleOf(path: string): string {
  const [, name = ''] = path.split('/')
  return name.replace(/\.ts$/, '')
}

function mayImport(from: string, to: string): boolean {
  const allowed = MAY_IMPORT[from]
  return allowed === undefined ? PROCESSES.includes(from) : allowed.includes(to)
}

/** `@types/x` and `x/y` are x. */
function packageOf(what: string): string {
  const [first = '', second = ''] = what.split('/')
  if (first === '@types') return second
  return first.startsWith('@') ? `${first}/${second}` : first
}

type Found = { line: number; what: string }

/** Every module a file names: import, export from, import(), import types. */
function importsOf(source: Source): Found[] {
  return visit(source, (node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      return ts.isStringLiteral(node.argument.literal) ? node.argument.literal.text : undefined
    }
    const [argument] = ts.isCallExpression(node) ? node.arguments : []
    if (argument === undefined || !ts.isCallExpression(node)) return undefined
    const imports = node.expression.kind === ts.SyntaxKind.ImportKeyword
    return imports && ts.isStringLiteralLike(argument) ? argument.text : undefined
  })
}

/** Every place that asks the outside world: clock, chance, environment. */
function readingsIn(source: Source): Found[] {
  return visit(source, (node) => {
    if (ts.isNewExpression(node) && (node.arguments?.length ?? 0) === 0) {
      return node.expression.getText() === 'Date' ? 'new Date()' : undefined
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date()'
    if (ts.isPropertyAccessExpression(node)) {
      const text = node.getText()
      if (text === 'process.env') return text
      if (text === 'Date.now' || text === 'Math.random') return `${text}()`
      if (text === 'Temporal.Now') return text
    }
    if (
      ts.isImportDeclaration(node) &&
      /^import\s*\{[^}]*\benv\b.*['"](?:node:)?process['"]/s.test(node.getText())
    ) {
      return 'process.env'
    }
    return undefined
  })
}

function visit(source: Source, look: (node: ts.Node) => string | undefined): Found[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true)
  const found: Found[] = []
  const walk = (node: ts.Node): void => {
    const what = look(node)
    if (what !== undefined) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, what })
    }
    ts.forEachChild(node, walk)
  }
  walk(file)
  return found
}
