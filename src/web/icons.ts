/** Line drawings of the pages, as SVG with the colour of the text beside them. Never alone: a word always stands next to one. */

const lines = {
  home: '<path d="M3 11.500 12 4l9 7.500M5.500 10v10h13V10M10 20v-6h4v6"/>',
  today: '<circle cx="12" cy="12" r="9"/><path d="M12 6.500V12l4 2.500"/>',
  scripts: '<path d="M5 3h14v18H5zM9 8h6M9 12h6M9 16h4"/>',
  approvals: '<path d="M4 12.500 9.500 18 20 6.500"/><path d="M4 21h16"/>',
  month: '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 2v5M16 2v5"/>',
  units: '<path d="M12 21s7-6.3 7-12A7 7 0 0 0 5 9c0 5.700 7 12 7 12z"/><circle cx="12" cy="9" r="2.500"/>',
  airings:
    '<path d="M4 9v6h4l6 5V4L8 9z"/><path d="M17.500 8.500a5 5 0 0 1 0 7M20 6a8.500 8.500 0 0 1 0 12"/>',
  recordings:
    '<rect x="9" y="2" width="6" height="12" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v4M8 22h8"/>',
  stations:
    '<path d="M12 12v10M8.500 22h7"/><circle cx="12" cy="9" r="2.500"/><path d="M7 14a7 7 0 0 1 0-10M17 14a7 7 0 0 0 0-10"/>',
  devices:
    '<rect x="3" y="7" width="18" height="12" rx="2"/><path d="M7 7 16 2M7 13h4"/><circle cx="16.500" cy="13" r="2"/>',
  about: '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.500v.01"/>',
  people:
    '<circle cx="9" cy="8" r="3.500"/><path d="M2.500 20a6.500 6.500 0 0 1 13 0M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.500a6.500 6.500 0 0 1 3.500 5.500"/>',
  log: '<path d="M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7"/>',
  me: '<circle cx="12" cy="8" r="4"/><path d="M4.500 21a7.500 7.500 0 0 1 15 0"/>',
  more: '<path d="M4 7h16M4 12h16M4 17h16"/>',
  search: '<circle cx="11" cy="11" r="7"/><path d="m16.500 16.500 5 5"/>',
} as const

export type Icon = keyof typeof lines

export function isIcon(name: string): name is Icon {
  return Object.hasOwn(lines, name)
}

/** The drawing as SVG, hidden from screen readers. */
export function icon(name: Icon): string {
  return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${lines[name]}</svg>`
}
