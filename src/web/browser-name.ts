/** What a browser calls itself, in two words: the whole line tells nobody anything. Pure. */

const browsers: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bcoc_coc_browser\//, 'Cốc Cốc'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\//, 'Chrome'],
  [/\bVersion\/.*Safari\//, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone|iPad\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Such as “Chrome, Android”; the line itself, cut at 60 characters, where neither is known. */
export function browserName(line: string | null): string {
  const text = line ?? ''
  const found = [browsers, systems].flatMap((names) => names.find(([mark]) => mark.test(text))?.[1] ?? [])
  return found.length === 0 ? text.slice(0, 60) : found.join(', ')
}
