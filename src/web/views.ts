/**
 * The views: Handlebars templates of ours, compiled once at start. Strict: a field that the model does
 * not have, a helper or a word nobody knows is an error and not an empty place. Escaping is on; only a
 * view that was rendered already is put in unescaped: a page into the layout, the panel into its page.
 */
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import Handlebars from 'handlebars'
import { renderSVG } from 'uqr'
import { figureIn, type Language } from './formats.ts'
import { icon, isIcon } from './icons.ts'
import { chip, isState, shapeOf, type Tone } from './states.ts'
import { isWord, sayIn, type Values } from './words/index.ts'

export interface Views {
  /** The page of a view as HTML. The model's `language` chooses the words. */
  render(view: string, model: object): string
}

type Options = { hash: Values; data: { root: { language: Language } } }

const helpers = {
  /** `{{say "month.title" month=month}}` */
  say(word: string, options: Options) {
    assert(isWord(word), `no such word: ${word}`)
    return sayIn(options.data.root.language)(word, options.hash)
  },
  /** `{{figure count}}` */
  figure(value: number, options: Options) {
    return figureIn(options.data.root.language, value)
  },
  /** `{{chip state}}`: word, shape and colour of a state. */
  chip(state: string, options: Options) {
    assert(isState(state), `no such state: ${state}`)
    return new Handlebars.SafeString(chip(state, sayIn(options.data.root.language)))
  },
  /** `{{shape tone}}`: the shape alone, before words of the model's own. */
  shape(tone: Tone) {
    return new Handlebars.SafeString(shapeOf(tone))
  },
  /** `{{qr address}}`: a square that a phone reads. */
  qr(address: string) {
    return new Handlebars.SafeString(renderSVG(address, { border: 2, ecc: 'M' }))
  },
  /** `{{icon "month"}}` */
  icon(name: string) {
    assert(isIcon(name), `no such icon: ${name}`)
    return new Handlebars.SafeString(icon(name))
  },
}

/** Reads and compiles every `.hbs` of the folder, and those in `parts/` as partials. Throws on the first mistake in one. */
export function compileViews(folder: string): Views {
  const handlebars = Handlebars.create()
  handlebars.registerHelper(helpers)
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]))
  const settings = { strict: true, knownHelpersOnly: true, knownHelpers, preventIndent: true }
  const compiled = new Map<string, Handlebars.TemplateDelegate>()
  for (const place of [join(folder, 'parts'), folder]) {
    for (const file of readdirSync(place).filter((name) => name.endsWith('.hbs'))) {
      const source = readFileSync(join(place, file), 'utf8')
      new Words(file).accept(handlebars.parse(source))
      // Compiling for real waits for the first use; this finds unknown helpers now.
      handlebars.precompile(source, settings)
      const template = handlebars.compile(source, settings)
      if (place === folder) compiled.set(basename(file, '.hbs'), template)
      else handlebars.registerPartial(basename(file, '.hbs'), template)
    }
  }
  return {
    render(view, model) {
      const template = compiled.get(view)
      assert(template !== undefined, `no such view: ${view}`)
      return template(model)
    },
  }
}

const known = new Map<string, Views>()

/** The views of our own folder: compiled by the first application that asks, and the same for all others of the process. */
export function compiledOnce(folder: string): Views {
  const views = known.get(folder) ?? compileViews(folder)
  known.set(folder, views)
  return views
}

/** Looks at every `say "…"` of a template for a word that is in no dictionary. */
class Words extends Handlebars.Visitor {
  readonly #file: string

  constructor(file: string) {
    super()
    this.#file = file
  }

  #check(call: { path: object; params: readonly unknown[] }): void {
    if (!('original' in call.path) || call.path.original !== 'say') return
    const [word] = call.params as readonly {
      type: string
      value?: unknown
      loc: { start: { line: number } }
    }[]
    if (word?.type !== 'StringLiteral' || isWord(String(word.value))) return
    throw new Error(
      `${this.#file}:${word.loc.start.line} says "${String(word.value)}", which no dictionary has`,
    )
  }

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    this.#check(statement)
    super.MustacheStatement(statement)
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#check(expression)
    super.SubExpression(expression)
  }
}
