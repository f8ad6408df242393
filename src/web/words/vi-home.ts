/** Vietnamese words about what each role begins with, the calendar and the map. */
export const viHome = {
  'nav.home': 'Trang đầu',
  'nav.coverage': 'Độ phủ',
  'nav.calendar': 'Lịch tháng',
  'nav.map': 'Bản đồ',

  'list.order': 'Xếp theo',
  'list.ascending': 'tăng dần',
  'list.descending': 'giảm dần',
  'field.sort': 'Xếp theo cột',
}
