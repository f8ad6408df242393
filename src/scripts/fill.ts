/**
 * Filling a script's slots with Handlebars. Staff write these texts, so they are given no power: a text is
 * parsed, every node of the result is held against a list of what is allowed, and only then is it compiled.
 * Allowed are `{{name}}` and `{{#if name}}…{{/if}}`, names from the caller's list, written just like that.
 * All else is refused with its place: helpers, partials, decorators, triple braces, comments, `{{else}}`, `@data`,
 * `../`, block parameters, literals, sub-expressions, whitespace control, escapes.
 */
import assert from 'node:assert/strict'
import Handlebars from 'handlebars'
import { reasonOf, type Sentence } from '../base/errors.ts'

/** The filled text and the slots it speaks or tests, or where and why it cannot be filled (line and column from 1). */
export type Filled =
  | { ok: true; text: string; used: string[]; mentioned: string[] }
  | { ok: false; line: number; column: number; why: Sentence }

/** No text may be longer: five minutes of speech are about 4,200 characters. Keeps parsing bounded. */
export const bodyCharactersMax = 20_000
/** No text may have more braces: keeps the depth of the parse tree bounded. */
const tagsMax = 200

const slotName = /^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*$/

// An environment of its own: nothing that anyone registers elsewhere is known here.
const engine = Handlebars.create()
for (const helper of Object.keys(engine.helpers)) if (helper !== 'if') engine.unregisterHelper(helper)

/**
 * Fills the slots of a text. `slots` has every name that may stand in this text; a name whose value is
 * undefined is known but has nothing to say: inside `{{#if name}}` the part falls away, bare it is refused.
 * Values are put in as they are, never read as a template. Pure.
 */
export function fillText(body: string, slots: Readonly<Record<string, string | undefined>>): Filled {
  checkSlots(slots)
  const tooMuch = boundsOf(body)
  if (tooMuch !== undefined) return tooMuch
  let program: hbs.AST.Program
  try {
    program = engine.parse(body)
  } catch (error) {
    return unreadable(body, error)
  }
  const reader = new Reader(body, slots)
  const fault = reader.readProgram(program, true)
  if (fault !== undefined) return fault
  const template = engine.compile<object>(body, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { if: true },
  })
  const text = template(nested(slots), {
    allowProtoMethodsByDefault: false,
    allowProtoPropertiesByDefault: false,
  })
  return { ok: true, text, used: [...reader.used].sort(), mentioned: [...reader.mentioned].sort() }
}

type Fault = Extract<Filled, { ok: false }>
type Slots = Readonly<Record<string, string | undefined>>

/** Walks a parse tree and refuses every node that is not on the list. */
class Reader {
  /** Slots that are spoken, or tested and found. */
  readonly used = new Set<string>()
  readonly mentioned = new Set<string>()
  readonly #body: string
  readonly #lines: number[]
  readonly #slots: Slots

  constructor(body: string, slots: Slots) {
    this.#body = body
    this.#lines = lineStarts(body)
    this.#slots = slots
  }

  /** `heard`: whether this part of the text is kept. What falls away is still held against the list. */
  readProgram(program: hbs.AST.Program, heard: boolean): Fault | undefined {
    for (const statement of program.body) {
      const fault = this.#readStatement(statement, heard)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #readStatement(statement: hbs.AST.Statement, heard: boolean): Fault | undefined {
    if (statement.type === 'ContentStatement') return this.#readContent(statement as hbs.AST.ContentStatement)
    if (statement.type === 'MustacheStatement') return this.#readMustache(statement, heard)
    if (statement.type === 'BlockStatement')
      return this.#readBlock(statement as hbs.AST.BlockStatement, heard)
    return this.#fault(statement, onlySlots(this.#sourceOf(statement)))
  }

  #readContent(content: hbs.AST.ContentStatement): Fault | undefined {
    // An escaped `\{{name}}` becomes plain text with braces: it would wake up if the text were filled again.
    if (!/\{\{|\}\}/.test(content.value)) return undefined
    const within = Math.max(0, this.#sourceOf(content).search(/\{\{|\}\}/))
    return faultAt(this.#body, this.#offsetOf(content.loc.start) + within, strayBraces)
  }

  #readMustache(statement: hbs.AST.Statement, heard: boolean): Fault | undefined {
    const source = this.#sourceOf(statement)
    // Read from the source itself, so that no way of writing that we did not think of slips through the tree.
    const name = /^\{\{ *([a-z0-9.]+) *\}\}$/.exec(source)?.[1]
    if (name === undefined || !('escaped' in statement) || statement.escaped !== true) {
      return this.#fault(statement, onlySlots(source))
    }
    const fault = this.#readName(statement, name)
    if (fault !== undefined || !heard) return fault
    if (this.#slots[name] === undefined) return this.#fault(statement, nothingToSay(name))
    this.used.add(name)
    return undefined
  }

  #readBlock(block: hbs.AST.BlockStatement, heard: boolean): Fault | undefined {
    const source = this.#sourceOf(block)
    const name = /^\{\{#if +([a-z0-9.]+) *\}\}/.exec(source)?.[1]
    const closed = /\{\{\/if *\}\}$/.test(source)
    // The types say that a program is always there and an inverse too; the parser says otherwise.
    const { program, inverse } = block as { program?: hbs.AST.Program; inverse?: hbs.AST.Program }
    if (name === undefined || !closed || program === undefined || inverse !== undefined) {
      return this.#fault(block, onlySlots(source))
    }
    const fault = this.#readName(block, name)
    if (fault !== undefined) return fault
    const kept = heard && this.#slots[name] !== undefined
    if (kept) this.used.add(name)
    return this.readProgram(program, kept)
  }

  #readName(statement: hbs.AST.Statement, name: string): Fault | undefined {
    if (!Object.hasOwn(this.#slots, name))
      return this.#fault(statement, unknownSlot(name, Object.keys(this.#slots)))
    this.mentioned.add(name)
    return undefined
  }

  #sourceOf(node: hbs.AST.Node): string {
    const { start, end } = node.loc
    return this.#body.slice(this.#offsetOf(start), this.#offsetOf(end))
  }

  #offsetOf(position: { line: number; column: number }): number {
    return (this.#lines[position.line - 1] ?? 0) + position.column
  }

  #fault(node: hbs.AST.Node, why: Sentence): Fault {
    return { ok: false, line: node.loc.start.line, column: node.loc.start.column + 1, why }
  }
}

function boundsOf(body: string): Fault | undefined {
  if (body.length > bodyCharactersMax) {
    return faultAt(body, bodyCharactersMax, {
      vi: `Bản tin dài ${body.length} ký tự, quá mức ${bodyCharactersMax}. Hãy cắt ngắn hoặc chia thành nhiều bản tin.`,
      en: `The text has ${body.length} characters, more than ${bodyCharactersMax}. Shorten it or make several scripts of it.`,
    })
  }
  const escape = /\\+\{\{/.exec(body)
  if (escape !== null) return faultAt(body, escape.index, strayBraces)
  const tags = [...body.matchAll(/\{\{/g)]
  const first = tags[tagsMax]
  return first === undefined
    ? undefined
    : faultAt(body, first.index, {
        vi: `Bản tin có hơn ${tagsMax} chỗ trống. Hãy bớt đi.`,
        en: `The text has more than ${tagsMax} slots. Use fewer.`,
      })
}

/** The parser's own words are for programmers: we keep the place and say the rule. */
function unreadable(body: string, error: unknown): Fault {
  const { lineNumber, column } = error as { lineNumber?: unknown; column?: unknown }
  const said = /Parse error on line (\d+)/.exec(reasonOf(error))?.[1]
  const line = typeof lineNumber === 'number' ? lineNumber : Math.max(1, Number(said ?? 1))
  const text = body.split(/\r\n?|\n/)[line - 1] ?? ''
  const brace = text.indexOf('{{')
  return {
    ok: false,
    line,
    column: (typeof column === 'number' ? column : Math.max(0, brace)) + 1,
    why: unreadableSlot(text.slice(Math.max(0, brace))),
  }
}

function unreadableSlot(source: string): Sentence {
  return {
    vi: `Không đọc được chỗ trống ở “${shortened(source)}”: ngoặc chưa đóng, viết sai, hoặc {{#if tên}} và {{/if}} không đủ cặp. Hãy viết {{tên}} hoặc {{#if tên}}…{{/if}}.`,
    en: `The placeholder at “${shortened(source)}” cannot be read: a brace is not closed, it is written wrongly, or {{#if name}} and {{/if}} do not pair. Write {{name}} or {{#if name}}…{{/if}}.`,
  }
}

function onlySlots(source: string): Sentence {
  return {
    vi: `“${shortened(source)}” không được dùng ở đây. Chỉ được viết {{tên}} hoặc {{#if tên}}…{{/if}}, với tên có trong danh sách chỗ trống.`,
    en: `“${shortened(source)}” may not be used here. Write only {{name}} or {{#if name}}…{{/if}}, with a name from the list of placeholders.`,
  }
}

function shortened(source: string): string {
  return source.length > 60 ? `${source.slice(0, 60)}…` : source
}

const strayBraces: Sentence = {
  vi: 'Có dấu ngoặc nhọn {{ hoặc }} lẻ, hoặc có dấu gạch chéo ngược đứng trước. Hãy bỏ đi.',
  en: 'There are stray braces {{ or }}, or a backslash stands before them. Take them out.',
}

function unknownSlot(name: string, known: readonly string[]): Sentence {
  const list = known.length === 0 ? '–' : [...known].sort().join(', ')
  return {
    vi: `Chỗ trống {{${name}}} không có trong danh sách dùng được ở bản tin này. Dùng được: ${list}.`,
    en: `The placeholder {{${name}}} is not in the list for this script. In the list: ${list}.`,
  }
}

function nothingToSay(name: string): Sentence {
  return {
    vi: `Chưa có dữ kiện được xác nhận cho {{${name}}}. Hãy đặt cả câu trong {{#if ${name}}}…{{/if}}, hoặc xác nhận dữ kiện.`,
    en: `There is no confirmed fact for {{${name}}}. Put the whole sentence inside {{#if ${name}}}…{{/if}}, or confirm the fact.`,
  }
}

function checkSlots(slots: Slots): void {
  for (const [name, value] of Object.entries(slots)) {
    assert(slotName.test(name), `not a slot name: ${name}`)
    assert(
      value === undefined || value.trim() !== '',
      `the slot ${name} has an empty value; undefined means none`,
    )
  }
}

/** `hotline.national` as `{ hotline: { national } }`. A name may not be the beginning of another. */
function nested(slots: Slots): object {
  type Branch = { [part: string]: Branch | string | undefined }
  const root = Object.create(null) as Branch
  for (const [name, value] of Object.entries(slots)) {
    const parts = name.split('.')
    const last = parts.pop() ?? ''
    let branch = root
    for (const part of parts) {
      const next = (branch[part] ??= Object.create(null) as Branch)
      assert(typeof next === 'object', `the slot ${name} begins with the name of another`)
      branch = next
    }
    assert(!(last in branch), `the slot ${name} is the beginning of another`)
    branch[last] = value
  }
  return root
}

function faultAt(body: string, offset: number, why: Sentence): Fault {
  const before = body.slice(0, offset).split(/\r\n?|\n/)
  return { ok: false, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, why }
}

function lineStarts(body: string): number[] {
  return [0, ...[...body.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)]
}
