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

  'field.unit': 'Mã đơn vị',
  'field.day': 'Ngày (năm-tháng-ngày)',
  'wrong.day-month': 'Ngày {day} không thuộc tháng {month}. Hãy sửa ngày, hoặc bỏ tháng khỏi địa chỉ.',
  'airings.day-only': 'Chỉ ngày {day}',
  'airings.unit-only': 'Chỉ đơn vị {unit}',

  'calendar.title': 'Lịch tháng {month}',
  'calendar.monday': 'Thứ Hai',
  'calendar.tuesday': 'Thứ Ba',
  'calendar.wednesday': 'Thứ Tư',
  'calendar.thursday': 'Thứ Năm',
  'calendar.friday': 'Thứ Sáu',
  'calendar.saturday': 'Thứ Bảy',
  'calendar.sunday': 'Chủ Nhật',
  'calendar.today': 'hôm nay',
  'calendar.count': '{count} lượt phát trong tháng. Bấm vào một ngày để xem từng lượt.',
  'calendar.airings': '{count} lượt phát',
  'calendar.list': 'Xem dạng danh sách',
  'calendar.stations': 'Từng đài',
  'calendar.none-here': 'Tháng này nơi đây chưa có lượt phát nào.',
  'calendar.all': 'Xem lịch của mọi đơn vị',
  'calendar.no-unit':
    'Ngày cuối tháng {month} không có đơn vị nào mang mã “{code}”. Hãy chọn lại trong danh sách.',
  'calendar.key': 'Chú thích:',
  'calendar.key-wait': 'chờ xác nhận, chưa rõ',
  'calendar.key-idle': 'chưa đến hạn, đã hủy',

  'map.title': 'Bản đồ tháng {month}',
  'map.label': 'Bản đồ các đơn vị theo trạng thái tháng {month}; bảng bên cạnh có cùng nội dung',
  'map.find': 'Tìm trên bản đồ',
  'map.found': 'Tìm thấy {count} đơn vị; trên bản đồ chúng có viền đậm.',
  'map.table': 'Từng đơn vị',
  'map.not-drawn': 'chưa có trên bản đồ',
  'map.marks':
    'Không có bản vẽ ranh giới của {count} đơn vị trong tháng này, nên mỗi đơn vị là một dấu tại vị trí của nó. Nền xám là ranh giới từ ngày 01/07/2025.',
  'map.unplaced': 'Chưa rõ vị trí nên chỉ có trong bảng: {names}.',
  'map.source':
    'Ranh giới vẽ giản lược để xem, không dùng để xác định địa giới. Nguồn: bản đồ tham khảo của đợt sắp xếp đơn vị ngày 01/07/2025.',
}
