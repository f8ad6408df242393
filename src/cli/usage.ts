/**
 * What commander says, in both languages: the help of every command, and the sentence for a command
 * that was typed wrongly. Commander itself speaks English only.
 */
import { type Command, type CommanderError, Help, type Option } from 'commander'
import { AppError, type Sentence } from '../base/errors.ts'

/** Titles of the parts of a help text, as commander writes them. */
const titles: Record<string, string> = {
  'Usage:': 'Cách dùng · Usage:',
  'Arguments:': 'Tham số · Arguments:',
  'Options:': 'Tùy chọn · Options:',
  'Commands:': 'Lệnh · Commands:',
}

/**
 * Gives every command of the tree its help in both languages and makes wrong usage throw an `AppError`
 * (`invalid`) that names the command. Call once, after all commands are there.
 */
export function inBothLanguages(command: Command, path: string = command.name()): void {
  const verbs = command.commands
  const list = verbs.find((verb) => verb.name() === 'list')
  command
    .helpOption('-h, --help', 'hướng dẫn · show this help')
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      optionDescription,
      // The bare noun means its list, so its help shows what the list takes.
      visibleOptions: (shown) =>
        new Help().visibleOptions(list !== undefined && shown === command ? list : shown),
    })
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help'
        ? error
        : new AppError('invalid', wrongUsage(error, command, path))
    })
  if (verbs.length > 0) command.helpCommand('help [command]', 'hướng dẫn về một lệnh · help for a command')
  if (list !== undefined)
    command.addHelpText(
      'after',
      `\nChỉ gõ “${path}” là “${path} list” · “${path}” alone means “${path} list”`,
    )
  for (const verb of verbs) inBothLanguages(verb, `${path} ${verb.name()}`)
}

function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option)
  return option.mandatory ? `${text}${text === '' ? '' : ' '}(bắt buộc · required)` : text
}

/** The sentence for what commander refused; `see` is where to look. */
function wrongUsage(error: CommanderError, command: Command, path: string): Sentence {
  const see = { vi: `Xem: ${path} --help`, en: `See: ${path} --help` }
  const { vi, en } = reason(error, command, path)
  const meant = /\(Did you mean (.+)\?\)/.exec(error.message)?.[1]
  if (meant === undefined) return { vi: `${vi} ${see.vi}`, en: `${en} ${see.en}` }
  return { vi: `${vi} Có phải là ${meant}? ${see.vi}`, en: `${en} Did you mean ${meant}? ${see.en}` }
}

function reason({ code, message }: CommanderError, command: Command, path: string): Sentence {
  const what = /'([^']*)'/.exec(message)?.[1] ?? ''
  switch (code) {
    case 'commander.missingArgument':
      return { vi: `Lệnh ${path} thiếu <${what}>.`, en: `${path} lacks <${what}>.` }
    case 'commander.missingMandatoryOptionValue':
      return { vi: `Lệnh ${path} thiếu ${what}.`, en: `${path} lacks ${what}.` }
    case 'commander.optionMissingArgument':
      return { vi: `Sau ${what} chưa có giá trị.`, en: `${what} has no value after it.` }
    case 'commander.unknownOption':
      return { vi: `Lệnh ${path} không có tùy chọn ${what}.`, en: `${path} has no option ${what}.` }
    case 'commander.unknownCommand':
      return unknownVerb(what, command, path)
    case 'commander.excessArguments':
      return tooMany(command, path)
    default:
      return { vi: `Lệnh ${path} gõ chưa đúng.`, en: `${path} is not right: ${message}.` }
  }
}

/** Words after a list are a verb that does not exist; elsewhere they are simply too many. */
function tooMany(command: Command, path: string): Sentence {
  const noun = command.name() === 'list' ? command.parent : null
  if (noun !== null) return unknownVerb(command.args[0] ?? '', noun, path.replace(/ list$/, ''))
  const count = command.registeredArguments.length
  const given = command.args.join(' ')
  if (count === 0)
    return {
      vi: `Lệnh ${path} không nhận tham số nào, hãy bỏ: ${given}.`,
      en: `${path} takes no arguments; leave out: ${given}.`,
    }
  return {
    vi: `Lệnh ${path} nhận ${String(count)} tham số, không phải: ${given}. Chữ có dấu cách phải đặt trong ngoặc kép.`,
    en: `${path} takes ${String(count)} argument${count === 1 ? '' : 's'}, not: ${given}. Put words with spaces in quotes.`,
  }
}

function unknownVerb(typed: string, noun: Command, path: string): Sentence {
  const verbs = noun.commands.map((verb) => verb.name()).join(', ')
  return {
    vi: `Không có lệnh “${path} ${typed}”. Sau ${path} là một trong: ${verbs}.`,
    en: `There is no command “${path} ${typed}”. After ${path} comes one of: ${verbs}.`,
  }
}
